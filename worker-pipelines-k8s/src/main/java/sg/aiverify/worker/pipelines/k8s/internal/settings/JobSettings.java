package sg.aiverify.worker.pipelines.k8s.internal.settings;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.gateway.internal.GatewaySettings;
import sg.aiverify.worker.stage.Stage;

/**
 * The settings that only {@code kubectl_run2} and {@code kube_upload} use. Those that {@code kubectl_run} also uses are
 * in {@link KubectlSettings}.
 *
 * @param claim the name of the claim of the volume that contains the worker's data directory
 * @param subPath the path of the data directory in the volume; empty for the root
 * @param mountPath the path at which pods see their part of the volume
 * @param namespace the namespace of the Jobs; empty to use the namespace of the pods
 * @param keepAfterEnd the time after which Kubernetes deletes an ended Job, if no worker has deleted it
 * @param keepOrphans the time that a dead worker's Job is kept, so that another worker can adopt it
 * @param uploadTo the address of the gateway for pods, if they upload their results; empty otherwise
 */
public record JobSettings(
        String claim,
        String subPath,
        String mountPath,
        Optional<String> namespace,
        Duration keepAfterEnd,
        Duration keepOrphans,
        Optional<String> uploadTo) {
    /** The name of the upload module that leaves the upload to the pods. */
    public static final String KUBE_UPLOAD = "kube_upload";

    static final Setting<String> CLAIM = Setting.text(
                    "KUBECTL_VOLUME_CLAIM", "tew-pvc", "claim of the volume with TEWORKER_DATA_DIR, for kubectl_run2")
            .inGroup(KubectlSettings.GROUP);
    static final Setting<String> SUB_PATH = Setting.of(
                    "KUBECTL_VOLUME_SUB_PATH",
                    null,
                    "path of TEWORKER_DATA_DIR in that volume",
                    "a relative path without ..",
                    JobSettings::relative)
            .inGroup(KubectlSettings.GROUP)
            .whenNotSet("the root of the volume");
    static final Setting<String> MOUNT_PATH = Setting.of(
                    "KUBECTL_VOLUME_MOUNT_PATH",
                    "/app/data",
                    "path at which Jobs of kubectl_run2 see their part of that volume",
                    "an absolute path without : and ..",
                    JobSettings::absolute)
            .inGroup(KubectlSettings.GROUP);
    public static final Setting<String> NAMESPACE = Setting.text(
                    "KUBECTL_JOB_NAMESPACE", null, "namespace of the Jobs of kubectl_run2")
            .inGroup(KubectlSettings.GROUP)
            .whenNotSet("the namespace in `KUBECTL_RUN_EXTRA_ARGS`");
    static final Setting<Duration> TTL = Setting.seconds(
                    "KUBECTL_JOB_TTL_SECONDS", "120", "time after which Kubernetes deletes an ended Job")
            .inGroup(KubectlSettings.GROUP)
            .withDetails("Kubernetes deletes the Job only if no worker has done so before.");
    static final Setting<Duration> ORPHANS = Setting.seconds(
                    "KUBECTL_JOB_ORPHAN_SECONDS", "600", "time after which the Job of a dead worker is deleted")
            .inGroup(KubectlSettings.GROUP)
            .withDetails("Until then another worker can adopt the Job.");
    public static final Setting<URI> GATEWAY = GatewaySettings.address(
                    "KUBECTL_APIGW_URL",
                    "http://apigw.aiverify.svc.cluster.local:4000",
                    "address of the gateway for pods, used by kube_upload")
            .inGroup(KubectlSettings.GROUP);

    public static List<Setting<?>> all() {
        return Stream.<Setting<?>>concat(
                        KubectlSettings.all().stream(),
                        Stream.of(CLAIM, SUB_PATH, MOUNT_PATH, NAMESPACE, TTL, ORPHANS, GATEWAY))
                .toList();
    }

    public static JobSettings from(Settings settings) {
        boolean isUploadedByPod = settings.get(Stage.UPLOAD.setting()).equals(KUBE_UPLOAD);
        return new JobSettings(
                settings.get(CLAIM),
                settings.find(SUB_PATH).orElse(""),
                settings.get(MOUNT_PATH),
                settings.find(NAMESPACE),
                settings.get(TTL),
                settings.get(ORPHANS),
                isUploadedByPod ? Optional.of(settings.get(GATEWAY).toString()) : Optional.empty());
    }

    /** Converts a path relative to the data directory to the path relative to the volume's root. */
    public String inVolume(String belowDataDirectory) {
        return subPath.isEmpty() ? belowDataDirectory : subPath + "/" + belowDataDirectory;
    }

    private static String relative(String text) {
        Path path = FileNames.of(text).normalize();
        if (path.isAbsolute() || path.startsWith("..")) {
            throw new IllegalArgumentException("not below the volume's root");
        }
        return FileNames.text(path);
    }

    private static String absolute(String text) {
        Path path = FileNames.of(text).normalize();
        if (!path.isAbsolute() || path.getNameCount() == 0 || text.contains(":") || text.contains("..")) {
            throw new IllegalArgumentException("not a path to mount at");
        }
        return FileNames.text(path);
    }
}
