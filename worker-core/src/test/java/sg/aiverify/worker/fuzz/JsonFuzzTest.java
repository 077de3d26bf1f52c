package sg.aiverify.worker.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.json.internal.InvalidJsonException;
import sg.aiverify.worker.json.internal.InvalidSchemaException;
import sg.aiverify.worker.json.internal.JsonSchemaValidator;
import sg.aiverify.worker.json.internal.StrictJson;
import sg.aiverify.worker.task.Task;
import sg.aiverify.worker.task.TaskParser;

@Timeout(600)
class JsonFuzzTest {
    private static final String[] TASKS = {"""
        {"id": "0b9c1f1e-6f0c-4d4c-9a55-3d0d5b0e7a11", "mode": "upload", "algorithmGID": "a.b", "algorithmCID": "c",
         "algorithmHash": "%s", "algorithmArgs": {"n": [1, 2.50, -0.0, null, {"d": "_dataset_:x.csv"}]},
         "testDataset": "d.sav", "testDatasetHash": null, "modelFile": "m.sav", "modelFileHash": "%s",
         "groundTruthDataset": "g.sav", "groundTruth": "default", "modelType": "classification"}""".formatted("ab".repeat(32), "0".repeat(64)), """
        {"id":"{0B9C1F1E6F0C4D4C9A553D0D5B0E7A11}","mode":"upload","algorithmGID":"a","algorithmCID":"c",\
        "algorithmArgs":{},"testDataset":"ä 😀.sav","modelFile":"m","modelType":"REGRESSION","other":12345678901234567890}"""};

    @TempDir
    private Path directory;

    @Test
    void aTaskIsReadAndWrittenAlikeOrRefusedInWords() {
        Fuzz.ofTexts(6000, TASKS).check((bytes, random) -> {
            String text = new String(bytes, StandardCharsets.UTF_8);
            Task task;
            try {
                task = TaskParser.parse(text);
            } catch (TaskFailedException e) {
                assertThat(e.getMessage()).startsWith("The task is ").hasSizeLessThan(64 * 1024);
                return false;
            }
            Task again = TaskParser.parse(task.toJson());
            assertThat(again.toJson()).isEqualTo(task.toJson());
            assertThat(again.algorithmArgs()).isEqualTo(task.algorithmArgs());
            assertThat(TaskParser.findId(text)).contains(task.id());
            return true;
        });
    }

    @Test
    void anIdIsFoundOrNotInWhateverText() {
        Fuzz.ofTexts(10_000, TASKS).check((bytes, random) -> {
            Optional<String> id = TaskParser.findId(new String(bytes, StandardCharsets.UTF_8));
            id.ifPresent(found ->
                    assertThat(found.replaceAll("[{}-]|urn:|uuid:", "")).matches("[0-9a-fA-F]{32}"));
            return id.isPresent();
        });
    }

    @Test
    void jsonThatIsReadIsTheSameWhenItIsWrittenAndReadAgain() {
        Fuzz.ofTexts(
                        15_000,
                        "{\"a\": [1, -2.5e10, true, null, \"x\\n\\u00e9\"], \"b\": {\"c\": {}}, \"\": 0.1}",
                        "[[[{\"deep\": [1e-7, 123456789012345678901234567890]}]]]",
                        "\"text\"")
                .check((bytes, random) -> {
                    String text = new String(bytes, StandardCharsets.UTF_8);
                    try {
                        JsonElement tree = StrictJson.parse(text);
                        assertThat(StrictJson.parse(tree.toString())).isEqualTo(tree);
                        return true;
                    } catch (InvalidJsonException e) {
                        assertThat(e.getMessage()).isNotBlank();
                        return false;
                    }
                });
    }

    @Test
    void aFileOfPythonsIsReadOrRefused() {
        Path file = directory.resolve("output.json");
        Fuzz.ofTexts(1000, "{\"a\": [NaN, Infinity, -Infinity, 1.0], \"b\": \"\\ud83d\\ude00 😀\"}")
                .check((bytes, random) -> {
                    Files.write(file, bytes);
                    try {
                        JsonElement tree = StrictJson.parseFromPython(file, 1000);
                        assertThat(bytes).hasSizeLessThanOrEqualTo(1000);
                        assertThat(tree).isNotNull();
                        return true;
                    } catch (InvalidJsonException e) {
                        return false;
                    }
                });
    }

    @Test
    void whateverSchemaThereIsAValueIsCheckedOrTheSchemaRefused() {
        Fuzz.ofTexts(600, """
                        [{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
                          "required": ["a"], "properties": {"a": {"type": "integer", "minimum": 0},
                          "b": {"anyOf": [{"$ref": "#/$defs/b"}, {"const": null}]}},
                          "$defs": {"b": {"items": {"pattern": "^[a-z]+$"}}}}, {"a": 1, "b": ["x", "y"]}]""", """
                        [{"$schema": "http://json-schema.org/draft-07/schema#", "if": {"required": ["a"]},
                          "then": {"additionalProperties": false, "patternProperties": {"^a": {"multipleOf": 0.1}}},
                          "dependencies": {"b": ["a"]}, "uniqueItems": true}, {"a": 1.2}]""", """
                        [{"$id": "x", "unevaluatedProperties": false, "allOf": [{"properties": {"a": true}}],
                          "contains": {"$dynamicRef": "#n"}, "$dynamicAnchor": "n", "maxLength": 3}, {"a": NaN}]""").check((bytes, random) -> {
            JsonArray pair;
            Path file = Files.write(directory.resolve("pair.json"), bytes);
            try {
                if (!(StrictJson.parseFromPython(file, 1 << 20) instanceof JsonArray array) || array.size() < 2) {
                    return false;
                }
                pair = array;
            } catch (InvalidJsonException e) {
                return false;
            }
            try {
                JsonSchemaValidator.of(pair.get(0), () -> {})
                        .violations(pair.get(1))
                        .forEach(violation -> assertThat(violation).isNotBlank());
                return true;
            } catch (InvalidSchemaException e) {
                return false;
            }
        });
    }
}
