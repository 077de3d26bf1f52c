package sg.aiverify.worker.pipelines.k8s;

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

class PodMergeTest {
    @TempDir
    private Path directory;

    @Test
    void twoMountsOfOneVolumeStayTwo() {
        JsonObject merged = PodMerge.merge(
                json("{'volumeMounts': [{'name': 'home', 'mountPath': '/aiverify'}]}"),
                json(
                        "{'volumeMounts': [{'name': 'data', 'mountPath': '/a', 'subPath': 'a'},"
                                + " {'name': 'data', 'mountPath': '/b', 'subPath': 'b'}, {'name': 'home', 'mountPath': '/h'}]}"));

        assertThat(merged)
                .isEqualTo(
                        json(
                                "{'volumeMounts': [{'name': 'home', 'mountPath': '/aiverify'},"
                                        + " {'name': 'data', 'mountPath': '/a', 'subPath': 'a'},"
                                        + " {'name': 'data', 'mountPath': '/b', 'subPath': 'b'}, {'name': 'home', 'mountPath': '/h'}]}"));
    }

    @Test
    void aMountOfTheSamePathIsReplaced() {
        assertThat(PodMerge.merge(
                        json("{'volumeMounts': [{'name': 'home', 'mountPath': '/tmp'}]}"),
                        json("{'volumeMounts': [{'name': 'fast', 'mountPath': '/tmp'}]}")))
                .isEqualTo(json("{'volumeMounts': [{'name': 'fast', 'mountPath': '/tmp'}]}"));
    }

    @Test
    void tolerationsOfOneKeyStayBoth() {
        assertThat(PodMerge.merge(
                        json("{'tolerations': [{'key': 'gpu', 'effect': 'NoSchedule'}]}"),
                        json("{'tolerations': [{'key': 'gpu', 'effect': 'NoExecute'}]}")))
                .isEqualTo(json("{'tolerations': [{'key': 'gpu', 'effect': 'NoSchedule'},"
                        + " {'key': 'gpu', 'effect': 'NoExecute'}]}"));
    }

    @Test
    void namedThingsAreMergedByTheirNames() {
        assertThat(PodMerge.merge(
                        json("{'env': [{'name': 'A', 'value': '1'}, {'name': 'B', 'value': '2'}]}"),
                        json("{'env': [{'name': 'B', 'value': '3'}, {'name': 'C', 'value': '4'}]}")))
                .isEqualTo(json("{'env': [{'name': 'A', 'value': '1'}, {'name': 'B', 'value': '3'},"
                        + " {'name': 'C', 'value': '4'}]}"));
    }

    @Test
    void aTemplateMayBeAWholePodOrATemplateOfOneInYamlOrJson() throws Exception {
        JsonObject expected = json("{'spec': {'nodeName': 'n'}}");
        for (String text : new String[] {
            "spec: {nodeName: n}",
            "{\"spec\": {\"nodeName\": \"n\"}}",
            "kind: PodTemplate\ntemplate:\n  spec:\n    nodeName: n\n"
        }) {
            JsonObject read = PodMerge.readTemplate(Files.writeString(directory.resolve("t"), text));

            assertThat(read.get("spec")).isEqualTo(expected.get("spec"));
        }
        assertThat(PodMerge.readTemplate(Files.writeString(directory.resolve("t"), "metadata: {labels: {a: b}}")))
                .isEqualTo(json("{'metadata': {'labels': {'a': 'b'}}}"));
    }

    @Test
    void aSoleContainerMeansOursWhateverItsName() {
        assertThat(PodMerge.withNamedContainer(json("{'spec': {'containers': [{'name': 'x', 'tty': true}]}}")))
                .isEqualTo(json("{'spec': {'containers': [{'name': '" + PodMerge.CONTAINER + "', 'tty': true}]}}"));
        JsonObject two = json("{'spec': {'containers': [{'name': 'x'}, {'name': 'y'}]}}");
        assertThat(PodMerge.withNamedContainer(two)).isEqualTo(two);
    }

    @ParameterizedTest
    @ValueSource(strings = {"kind: Pod", "- a list", "spec: 5", "{", "text"})
    void whatIsNoTemplateIsRefusedByItsFile(String text) throws Exception {
        Path file = Files.writeString(directory.resolve("t"), text);

        assertThatThrownBy(() -> PodMerge.readTemplate(file))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("KUBECTL_POD_TEMPLATE: " + file + " is no pod template in YAML or JSON");
    }

    @Test
    void nullRemovesAndWhatIsOfAnotherKindReplaces() {
        assertThat(PodMerge.merge(
                        json("{'a': {'b': 1}, 'c': [1], 'd': 2}"),
                        json("{'a': null, 'c': [1, 'x', {'q': 1}], 'd': {'e': 3}, 'f': null}")))
                .isEqualTo(json("{'c': [1, 'x', {'q': 1}], 'd': {'e': 3}}"));
    }

    private static JsonObject json(String text) {
        return JsonParser.parseString(text.replace('\'', '"')).getAsJsonObject();
    }
}
