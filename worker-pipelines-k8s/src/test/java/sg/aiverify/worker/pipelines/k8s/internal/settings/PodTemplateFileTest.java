package sg.aiverify.worker.pipelines.k8s.internal.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.failure.ConfigurationException;

class PodTemplateFileTest {
    @TempDir
    private Path directory;

    @Test
    void aTemplateMayBeAWholePodOrATemplateOfOneInYamlOrJson() throws Exception {
        JsonObject expected = json("{'spec': {'nodeName': 'n'}}");
        for (String text : new String[] {
            "spec: {nodeName: n}",
            "{\"spec\": {\"nodeName\": \"n\"}}",
            "kind: PodTemplate\ntemplate:\n  spec:\n    nodeName: n\n"
        }) {
            JsonObject read = PodTemplateFile.read(Files.writeString(directory.resolve("t"), text));

            assertThat(read.get("spec")).isEqualTo(expected.get("spec"));
        }
        assertThat(PodTemplateFile.read(Files.writeString(directory.resolve("t"), "metadata: {labels: {a: b}}")))
                .isEqualTo(json("{'metadata': {'labels': {'a': 'b'}}}"));
    }

    @Test
    void aSoleContainerMeansOursWhateverItsName() {
        assertThat(PodTemplateFile.withNamedContainer(json("{'spec': {'containers': [{'name': 'x', 'tty': true}]}}")))
                .isEqualTo(
                        json("{'spec': {'containers': [{'name': '" + PodTemplateFile.CONTAINER + "', 'tty': true}]}}"));
        JsonObject two = json("{'spec': {'containers': [{'name': 'x'}, {'name': 'y'}]}}");
        assertThat(PodTemplateFile.withNamedContainer(two)).isEqualTo(two);
    }

    @ParameterizedTest
    @ValueSource(strings = {"kind: Pod", "- a list", "spec: 5", "{", "text"})
    void whatIsNoTemplateIsRefusedByItsFile(String text) throws Exception {
        Path file = Files.writeString(directory.resolve("t"), text);

        assertThatThrownBy(() -> PodTemplateFile.read(file))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("KUBECTL_POD_TEMPLATE: " + file + " is not a pod template in YAML or JSON");
    }

    @Test
    void aFileThatDoesNotExistIsReportedAsSuch() {
        Path file = directory.resolve("missing.yaml");

        assertThatThrownBy(() -> PodTemplateFile.read(file))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(
                        "KUBECTL_POD_TEMPLATE: the file " + file + " cannot be read: no such file or directory")
                .hasMessageNotContaining("is not a pod template");
    }

    private static JsonObject json(String text) {
        return JsonParser.parseString(text.replace('\'', '"')).getAsJsonObject();
    }
}
