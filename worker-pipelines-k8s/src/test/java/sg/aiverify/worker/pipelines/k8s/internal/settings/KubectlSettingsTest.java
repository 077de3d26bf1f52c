package sg.aiverify.worker.pipelines.k8s.internal.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;

class KubectlSettingsTest {
    @Test
    void imagesComeFromTheRegistryForKubernetesElseFromThatOfDockerElseFromTheLocalOne() {
        assertThat(read(Map.of()).registry()).isEqualTo("localhost:5000");
        assertThat(read(Map.of("DOCKER_REGISTRY", "docker.example")).registry()).isEqualTo("docker.example");
        assertThat(read(Map.of("DOCKER_REGISTRY", "docker.example", "KUBECTL_REGISTRY", "kube.example/"))
                        .registry())
                .isEqualTo("kube.example");
    }

    @Test
    void aRegistryThatIsSetButEmptyMeansNone() {
        assertThat(read(Map.of("DOCKER_REGISTRY", "docker.example", "KUBECTL_REGISTRY", ""))
                        .registry())
                .isEmpty();
    }

    @Test
    void podsRunInTheNamespaceAiverifyByDefault() {
        assertThat(read(Map.of()).flags().namespace()).contains("aiverify");
    }

    @Test
    void aRequestIsNeverAboveItsLimit() {
        KubectlSettings.Resources resources = read(Map.of("TEWORKER_TASK_MEMORY_MB", "256", "TEWORKER_TASK_CPUS", "2"))
                .resources();

        assertThat(resources.limits()).isEqualTo(Map.of("memory", "256Mi", "cpu", "2"));
        assertThat(resources.requests()).isEqualTo(Map.of("memory", "256Mi", "cpu", "500m"));
    }

    @Test
    void tolerationsHaveAValueOrNone() {
        assertThat(read(Map.of("KUBECTL_TOLERATIONS", "gpu=yes:NoSchedule, spot:NoExecute"))
                        .placement()
                        .tolerations())
                .isEqualTo(List.of(
                        new KubectlSettings.Toleration("gpu", Optional.of("yes"), "NoSchedule"),
                        new KubectlSettings.Toleration("spot", Optional.empty(), "NoExecute")));
    }

    @Test
    void theTimeToStartIsTheVariablesElseTheFlags() {
        assertThat(read(Map.of("KUBECTL_RUN_EXTRA_ARGS", "--pod-running-timeout=1m"))
                        .startTimeout())
                .isEqualTo(Duration.ofMinutes(1));
        assertThat(read(Map.of(
                                "KUBECTL_RUN_EXTRA_ARGS",
                                "--pod-running-timeout=1m",
                                "KUBECTL_START_TIMEOUT_SECONDS",
                                "5"))
                        .startTimeout())
                .isEqualTo(Duration.ofSeconds(5));
    }

    @ParameterizedTest
    @CsvSource({
        "KUBECTL_TOLERATIONS, gpu=yes",
        "KUBECTL_TOLERATIONS, gpu=yes:Sometimes",
        "KUBECTL_NODE_SELECTOR, disk",
        "KUBECTL_CPU_REQUEST, many",
        "TEWORKER_TASK_CPUS, -1",
        "TEWORKER_TASK_MEMORY_MB, 1",
        "KUBECTL_RUN_AS_USER, 0",
        "KUBECTL_SCRATCH_MB, 1"
    })
    void aValueThatIsNotAllowedIsRefusedByItsName(String name, String value) {
        assertThatThrownBy(() -> read(Map.of(name, value)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith(name + "=");
    }

    @Test
    void anUnknownFlagIsNamedWithThoseThatAreKnownAndNothingElseOfTheValueIsShown() {
        Settings settings =
                Settings.of(Map.of("KUBECTL_RUN_EXTRA_ARGS", "--env=PASSWORD=hunter2 --privileged --namespace=a"));

        assertThatThrownBy(() -> settings.check(KubectlSettings.all()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("'--privileged' is not known; allowed: --namespace, --labels")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void aTemplateThatIsNoneIsRefusedByItsFile(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("pod.yaml"), "- a\n- b\n");

        assertThatThrownBy(() -> read(Map.of("KUBECTL_POD_TEMPLATE", file.toString())))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("KUBECTL_POD_TEMPLATE")
                .hasMessageContaining("pod.yaml");
        assertThatThrownBy(() -> read(Map.of("KUBECTL_POD_TEMPLATE", directory + "/missing.yaml")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("missing.yaml");
    }

    @Test
    void aLimitOfProcessesIsSaidToHaveNoEffectIfItWasAskedFor() {
        Logger logger = (Logger) LogManager.getLogger(KubectlSettings.class);
        List<String> said = new ArrayList<>();
        AbstractAppender listener = new AbstractAppender("said", null, null, true, Property.EMPTY_ARRAY) {
            @Override
            public void append(LogEvent event) {
                said.add(event.getMessage().getFormattedMessage());
            }
        };
        Level before = logger.getLevel();
        listener.start();
        logger.addAppender(listener);
        logger.setLevel(Level.WARN);
        try {
            read(Map.of());
            assertThat(said).isEmpty();

            read(Map.of("TEWORKER_TASK_PIDS", "100"));
            assertThat(said)
                    .containsExactly("TEWORKER_TASK_PIDS has no effect on pods: Kubernetes limits processes only"
                            + " by the kubelet's podPidsLimit");
        } finally {
            logger.removeAppender(listener);
            logger.setLevel(before);
        }
    }

    private static KubectlSettings read(Map<String, String> values) {
        return KubectlSettings.from(Settings.of(values));
    }
}
