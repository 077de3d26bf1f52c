package sg.aiverify.worker.pipelines.k8s.internal.pod;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import org.junit.jupiter.api.Test;

class TemplateMergeTest {
    @Test
    void twoMountsOfOneVolumeStayTwo() {
        JsonObject merged = TemplateMerge.merge(
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
        assertThat(TemplateMerge.merge(
                        json("{'volumeMounts': [{'name': 'home', 'mountPath': '/tmp'}]}"),
                        json("{'volumeMounts': [{'name': 'fast', 'mountPath': '/tmp'}]}")))
                .isEqualTo(json("{'volumeMounts': [{'name': 'fast', 'mountPath': '/tmp'}]}"));
    }

    @Test
    void tolerationsOfOneKeyStayBoth() {
        assertThat(TemplateMerge.merge(
                        json("{'tolerations': [{'key': 'gpu', 'effect': 'NoSchedule'}]}"),
                        json("{'tolerations': [{'key': 'gpu', 'effect': 'NoExecute'}]}")))
                .isEqualTo(json("{'tolerations': [{'key': 'gpu', 'effect': 'NoSchedule'},"
                        + " {'key': 'gpu', 'effect': 'NoExecute'}]}"));
    }

    @Test
    void namedThingsAreMergedByTheirNames() {
        assertThat(TemplateMerge.merge(
                        json("{'env': [{'name': 'A', 'value': '1'}, {'name': 'B', 'value': '2'}]}"),
                        json("{'env': [{'name': 'B', 'value': '3'}, {'name': 'C', 'value': '4'}]}")))
                .isEqualTo(json("{'env': [{'name': 'A', 'value': '1'}, {'name': 'B', 'value': '3'},"
                        + " {'name': 'C', 'value': '4'}]}"));
    }

    @Test
    void nullRemovesAndWhatIsOfAnotherKindReplaces() {
        assertThat(TemplateMerge.merge(
                        json("{'a': {'b': 1}, 'c': [1], 'd': 2}"),
                        json("{'a': null, 'c': [1, 'x', {'q': 1}], 'd': {'e': 3}, 'f': null}")))
                .isEqualTo(json("{'c': [1, 'x', {'q': 1}], 'd': {'e': 3}}"));
    }

    private static JsonObject json(String text) {
        return JsonParser.parseString(text.replace('\'', '"')).getAsJsonObject();
    }
}
