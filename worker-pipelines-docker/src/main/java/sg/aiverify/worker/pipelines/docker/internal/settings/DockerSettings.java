package sg.aiverify.worker.pipelines.docker.internal.settings;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.run.RunLimits;
import sg.aiverify.worker.stage.ImageEnvironment;

/**
 * The settings of both Docker modules.
 *
 * @param baseImage the image that algorithms' images are built from
 * @param registry the registry that images are pushed to and pulled from; null if no registry is used
 * @param network the network of a run's container
 * @param uid the user that algorithms run as; never 0
 * @param gid the group that algorithms run as
 * @param limits the limits of a run
 * @param scratchMegabytes the size of {@code /tmp} in a run, in MB
 * @param outputMegabytes the largest output of a run, and the largest file that it can write, in MB
 */
public record DockerSettings(
        String baseImage,
        @Nullable String registry,
        String network,
        int uid,
        int gid,
        RunLimits limits,
        int scratchMegabytes,
        int outputMegabytes) {
    private static final String GROUP = "Docker";

    public static final Setting<String> BASE_IMAGE = Setting.text(
                    "WORKER_BASE_IMAGE",
                    "aiverify-test-engine-worker-base",
                    "image that the images of algorithms are built from")
            .inGroup(GROUP);
    public static final Setting<String> HOST = Setting.text("DOCKER_HOST", null, "address of the Docker engine")
            .inGroup(GROUP)
            .whenNotSet("the address in the context");
    public static final Setting<String> TLS_VERIFY = Setting.text(
                    "DOCKER_TLS_VERIFY", null, "any value enables TLS to the engine")
            .inGroup(GROUP);
    public static final Setting<String> CERT_PATH = Setting.text(
                    "DOCKER_CERT_PATH", null, "directory of ca.pem, cert.pem and key.pem for the engine")
            .inGroup(GROUP)
            .whenNotSet("`DOCKER_CONFIG`");
    public static final Setting<String> CONFIG = Setting.text(
                    "DOCKER_CONFIG", null, "directory of the Docker client's configuration, credentials and contexts")
            .inGroup(GROUP)
            .whenNotSet("`~/.docker`");
    public static final Setting<String> CONTEXT = Setting.text(
                    "DOCKER_CONTEXT", null, "context of the Docker client to use")
            .inGroup(GROUP)
            .whenNotSet("the context in the client's configuration");
    public static final Setting<String> NETWORK = Setting.text(
                    "TEWORKER_DOCKER_NETWORK", "none", "network of the containers that algorithms run in")
            .inGroup(GROUP);
    public static final Setting<int[]> USER = Setting.of(
                    "TEWORKER_DOCKER_USER",
                    "10001:10001",
                    "user and group of algorithms in their containers",
                    "two numbers as user:group, the user not 0",
                    DockerSettings::user)
            .inGroup(GROUP);
    public static final Setting<Integer> SCRATCH_MB = Setting.integer(
                    "TEWORKER_DOCKER_SCRATCH_MB", "1024", 1, 1_000_000, "MB", "size of /tmp in a container, in memory")
            .inGroup(GROUP);
    public static final Setting<Integer> OUTPUT_MB = Setting.integer(
                    "TEWORKER_DOCKER_OUTPUT_MB",
                    "4096",
                    1,
                    1_000_000,
                    "MB",
                    "largest output of a run, and largest file it can write")
            .inGroup(GROUP);
    public static final Setting<String> SHARED = Setting.text(
                    "TEWORKER_DOCKER_SHARED", null, "location of TEWORKER_DATA_DIR as the engine sees it")
            .inGroup(GROUP)
            .whenNotSet("not shared")
            .withDetails("""
                    The value is a path on the engine's host, or the name of a volume.
                    If it is set, inputs are mounted into the containers.
                    If it is not set, they are copied.
                    """);
    public static final Setting<Integer> IMAGES_MAX_AGE_DAYS = Setting.integer(
                    "TEWORKER_DOCKER_IMAGES_MAX_AGE_DAYS",
                    null,
                    1,
                    36_500,
                    "days",
                    "time since its last use after which an image is deleted")
            .inGroup(GROUP)
            .whenNotSet("never");
    public static final Setting<Integer> IMAGES_MAX_MB = Setting.integer(
                    "TEWORKER_DOCKER_IMAGES_MAX_MB",
                    null,
                    1,
                    Integer.MAX_VALUE,
                    "MB",
                    "size limit of all algorithms' images, without the base image")
            .inGroup(GROUP)
            .whenNotSet("no limit")
            .withDetails("Above this size the least recently used images are deleted.");
    private static final Pattern USER_AND_GROUP = Pattern.compile("[1-9]\\d{0,8}:\\d{1,9}");

    /** Returns the settings that select the engine. */
    public static List<Setting<?>> ofEngine() {
        return List.of(HOST, TLS_VERIFY, CERT_PATH, CONFIG, CONTEXT);
    }

    public static DockerSettings from(Settings settings) {
        int[] user = settings.get(USER);
        return new DockerSettings(
                settings.get(BASE_IMAGE),
                settings.find(ImageEnvironment.REGISTRY)
                        .map(text -> text.replaceAll("/+$", ""))
                        .orElse(null),
                settings.get(NETWORK),
                user[0],
                user[1],
                RunLimits.from(settings),
                settings.get(SCRATCH_MB),
                settings.get(OUTPUT_MB));
    }

    private static int[] user(String text) {
        if (!USER_AND_GROUP.matcher(text).matches()) {
            throw new IllegalArgumentException("not user:group");
        }
        int colon = text.indexOf(':');
        return new int[] {Integer.parseInt(text.substring(0, colon)), Integer.parseInt(text.substring(colon + 1))};
    }
}
