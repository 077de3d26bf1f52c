package sg.aiverify.worker.pipelines.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Kubernetes accepts the part of a container in the documentation. */
class DocumentedContainerTest {
    @Test
    void theProbesOfAWorkerAskAtItsPort() throws IOException {
        Container container = Serialization.unmarshal(from("operating.md", "probes"), Container.class);

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
