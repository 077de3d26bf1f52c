package sg.aiverify.worker.pipelines.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.engine.EngineSettings;

/** Kubernetes accepts the pod in the documentation, and Prometheus' rules there are valid YAML. */
class DocumentedContainerTest {
    @Test
    void theProbesOfAWorkerAskAtItsPort() throws IOException {
        PodSpec pod = Serialization.unmarshal(from("operating.md", "probes"), PodSpec.class);
        assertThat(pod.getAdditionalProperties()).isEmpty();
        assertThat(pod.getContainers()).hasSize(1);
        Container container = pod.getContainers().get(0);

        assertThat(container.getAdditionalProperties()).isEmpty();
        assertThat(container.getEnv())
                .singleElement()
                .satisfies(variable -> assertThat(variable.getName()).isEqualTo("TEWORKER_HTTP_HOST"));
        assertThat(container.getPorts())
                .singleElement()
                .satisfies(port -> assertThat(port.getContainerPort()).isEqualTo(8485));
        assertAsks(
                container.getLivenessProbe(),
                "/livez",
                container.getPorts().get(0).getName());
        assertAsks(
                container.getReadinessProbe(),
                "/readyz",
                container.getPorts().get(0).getName());
    }

    @Test
    void kubernetesWaitsLongerForTheEndOfAWorkerThanItsStopTakes() throws IOException {
        PodSpec pod = Serialization.unmarshal(from("operating.md", "probes"), PodSpec.class);
        Duration grace = Settings.of(Map.of()).get(EngineSettings.SHUTDOWN_GRACE);

        // Stopped runs have 15 s to end, and a request to the queue takes up to 5 s.
        assertThat(pod.getTerminationGracePeriodSeconds()).isGreaterThan(grace.toSeconds() + 15 + 5);
    }

    @Test
    void theAlertsAreRulesOfPrometheus() throws IOException {
        Map<?, ?> file = Serialization.unmarshal(from("operating.md", "alerts"), Map.class);

        assertThat((List<?>) file.get("groups")).singleElement().satisfies(group -> {
            List<?> rules = (List<?>) ((Map<?, ?>) group).get("rules");
            assertThat(rules)
                    .hasSize(5)
                    .allMatch(rule -> ((Map<?, ?>) rule).keySet().containsAll(Set.of("alert", "expr", "annotations")));
        });
    }

    private static void assertAsks(Probe probe, String path, String port) {
        assertThat(probe.getAdditionalProperties()).isEmpty();
        assertThat(probe.getHttpGet().getPath()).isEqualTo(path);
        assertThat(probe.getHttpGet().getPort().getStrVal()).isEqualTo(port);
    }

    private static String from(String page, String name) throws IOException {
        Matcher block = Pattern.compile("<!-- sample: " + name + " -->\\s*```yaml\\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("..", "docs", page)));
        assertThat(block.find()).as("%s of %s", name, page).isTrue();
        return block.group(1);
    }
}
