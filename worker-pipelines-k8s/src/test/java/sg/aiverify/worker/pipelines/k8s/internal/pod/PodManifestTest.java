package sg.aiverify.worker.pipelines.k8s.internal.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.pipelines.k8s.internal.client.WorkerLabels;
import sg.aiverify.worker.pipelines.k8s.internal.settings.KubectlSettings;
import sg.aiverify.worker.python.RunVariables;
import sg.aiverify.worker.stage.ImageEnvironment;

class PodManifestTest {
    private static final String RUN = "0B7B1E2C-5f5c-4d1e-9a43-1f1f7d3f0a11";
    private static final ImageEnvironment IMAGE = new ImageEnvironment("shap:1a2b", "sha256:5f", "python3");

    @TempDir
    Path directory;

    @Test
    void thePodMeetsTheRestrictedProfile() {
        Pod pod = pod(Map.of());
        Container container = pod.getSpec().getContainers().get(0);

        assertThat(pod.getSpec().getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getSpec().getSecurityContext().getRunAsUser()).isEqualTo(1000);
        assertThat(pod.getSpec().getSecurityContext().getSeccompProfile().getType())
                .isEqualTo("RuntimeDefault");
        assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
        assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
        assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
        assertThat(pod.getSpec().getAutomountServiceAccountToken()).isFalse();
        assertThat(pod.getSpec().getVolumes())
                .allSatisfy(volume ->
                        assertThat(volume.getEmptyDir().getSizeLimit()).isEqualTo(new Quantity("10240Mi")));
    }

    @Test
    void thePodBelongsToItsRunAndItsWorkerAndEndsByItself() {
        Pod pod = pod(Map.of());

        assertThat(pod.getMetadata().getNamespace()).isEqualTo("aiverify");
        assertThat(pod.getMetadata().getName()).matches("run-0b7b1e2c5f5c4d1e9a431f1f7d3f0a11-[0-9a-f]{5}");
        assertThat(pod.getMetadata().getLabels())
                .containsEntry(WorkerLabels.MANAGED_BY, WorkerLabels.MANAGER)
                .containsEntry(WorkerLabels.RUN, RUN)
                .containsEntry(WorkerLabels.WORKER, "java-here");
        assertThat(pod.getSpec().getRestartPolicy()).isEqualTo("Never");
        assertThat(pod.getSpec().getActiveDeadlineSeconds()).isEqualTo(3600);
        assertThat(pod(Map.of()).getMetadata().getName())
                .isNotEqualTo(pod.getMetadata().getName());
    }

    @Test
    void theImageComesFromTheRegistryOfTheCluster() {
        assertThat(image(pod(Map.of()))).isEqualTo("localhost:5000/shap:1a2b");
        assertThat(image(pod(Map.of("KUBECTL_REGISTRY", "")))).isEqualTo("shap:1a2b");
    }

    @Test
    void nothingOfTheWorkersEnvironmentReachesThePodButWhatIsMeantTo() {
        Map<String, String> variables = new HashMap<>();
        for (EnvVar variable : pod(Map.of("KUBECTL_RUN_EXTRA_ARGS", "--namespace=aiverify --env=MODE=quick"))
                .getSpec()
                .getContainers()
                .get(0)
                .getEnv()) {
            variables.put(variable.getName(), variable.getValue());
        }

        assertThat(variables)
                .containsEntry("HOME", "/aiverify/run/work/home")
                .containsEntry("MODE", "quick")
                .containsEntry("OMP_NUM_THREADS", "2")
                .doesNotContainKeys("PATH", "LD_LIBRARY_PATH", "SECRET");
    }

    @Test
    void placementIsAsSet() {
        Pod pod = pod(Map.of(
                "KUBECTL_SERVICE_ACCOUNT", "runner",
                "KUBECTL_NODE_SELECTOR", "disk=ssd,zone=a",
                "KUBECTL_TOLERATIONS", "spot:NoExecute",
                "KUBECTL_PRIORITY_CLASS", "low",
                "KUBECTL_RUNTIME_CLASS", "gvisor",
                "KUBECTL_PULL_SECRETS", "one,two"));

        assertThat(pod.getSpec().getServiceAccountName()).isEqualTo("runner");
        assertThat(pod.getSpec().getNodeSelector()).isEqualTo(Map.of("disk", "ssd", "zone", "a"));
        assertThat(pod.getSpec().getTolerations().get(0).getOperator()).isEqualTo("Exists");
        assertThat(pod.getSpec().getPriorityClassName()).isEqualTo("low");
        assertThat(pod.getSpec().getRuntimeClassName()).isEqualTo("gvisor");
        assertThat(pod.getSpec().getImagePullSecrets())
                .extracting(secret -> secret.getName())
                .containsExactly("one", "two");
    }

    @Test
    void aTemplateSaysOnlyWhatDiffersAndOverridesWinOverIt() throws Exception {
        Path file = Files.writeString(directory.resolve("pod.yaml"), """
                kind: PodTemplate
                template:
                  metadata:
                    labels: {team: risk, worker.aiverify.sg/worker: forged}
                  spec:
                    restartPolicy: Always
                    hostname: from-template
                    containers:
                      - resources:
                          limits: {nvidia.com/gpu: 1}
                        volumeMounts:
                          - {name: extra, mountPath: /extra}
                    volumes:
                      - {name: extra, emptyDir: {}}
                """);
        Pod pod = pod(Map.of(
                "KUBECTL_POD_TEMPLATE",
                file.toString(),
                "KUBECTL_RUN_EXTRA_ARGS",
                "--namespace=aiverify --overrides={\"spec\": {\"hostname\": \"mine\"}}"));
        Container container = pod.getSpec().getContainers().get(0);

        assertThat(pod.getMetadata().getLabels())
                .containsEntry("team", "risk")
                .containsEntry(WorkerLabels.WORKER, "java-here");
        assertThat(pod.getSpec().getRestartPolicy()).isEqualTo("Never");
        assertThat(pod.getSpec().getHostname()).isEqualTo("mine");
        assertThat(pod.getSpec().getContainers()).hasSize(1);
        assertThat(container.getImage()).isEqualTo("localhost:5000/shap:1a2b");
        assertThat(container.getResources().getLimits()).containsEntry("nvidia.com/gpu", new Quantity("1"));
        assertThat(container.getVolumeMounts())
                .extracting(mount -> mount.getMountPath())
                .containsExactly("/aiverify", "/tmp", "/extra");
        assertThat(pod.getSpec().getVolumes()).hasSize(3);
    }

    @Test
    void overridesThatMakeNoPodAreRefused() {
        assertThatThrownBy(() ->
                        pod(Map.of("KUBECTL_RUN_EXTRA_ARGS", "--overrides={\"spec\": {\"containers\": \"none\"}}")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("--overrides");
    }

    private static String image(Pod pod) {
        return pod.getSpec().getContainers().get(0).getImage();
    }

    private static Pod pod(Map<String, String> settings) {
        RunVariables variables = new RunVariables(Map.of("SECRET", "hunter2", "LD_LIBRARY_PATH", "/x"), 4, 2);
        return new PodManifest(KubectlSettings.from(Settings.of(settings)), variables, "java-here", Duration.ofHours(1))
                .pod(RUN, IMAGE, "aiverify");
    }
}
