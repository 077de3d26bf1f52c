package sg.aiverify.worker.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.json.internal.StrictJson;
import sg.aiverify.worker.task.ModelType;
import sg.aiverify.worker.task.TaskParser;

/** docs/task.md lists the fields that the code reads, and describes each as the code treats it. */
class TaskPageTest {
    private static final String PAGE = "task.md";
    private static final Path READER = Path.of("../worker-core/src/main/java/sg/aiverify/worker/task/TaskFields.java");
    /** The places where the parser of tasks reads a field of the message. */
    private static final Pattern READ =
            Pattern.compile("(?:required|optional|pluginId|hash|file|json\\.get)\\(\"(\\w+)\"(?:, \"(\\w+)\")?\\)");

    private final JsonObject example =
            JsonParser.parseString(Sample.from(PAGE, "task").text()).getAsJsonObject();
    private final Map<String, String[]> rows = rows();

    @Test
    void itListsWhatTheWorkerReadsAndNothingElse() throws IOException {
        Set<String> read = READ.matcher(Files.readString(READER))
                .results()
                .flatMap(call -> Stream.of(call.group(1), call.group(2)))
                .filter(field -> field != null)
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(read).hasSize(14);
        assertThat(rows.keySet()).containsExactlyInAnyOrderElementsOf(read);
        assertThat(example.keySet()).as("the example").containsExactlyInAnyOrderElementsOf(read);
    }

    @Test
    void theExampleIsWhatTheWorkerWritesItself() {
        JsonObject written = JsonParser.parseString(
                        TaskParser.parse(example.toString()).toJson())
                .getAsJsonObject();

        assertThat(written).isEqualTo(example);
    }

    @Test
    void whatItCallsRequiredIsRefusedWhereItIsMissingAndTheRestIsNot() {
        rows.forEach((field, cells) -> {
            JsonObject task = example.deepCopy();
            task.remove(field);
            boolean required = !cells[2].equals("no");
            assertProblem(task, field, required ? field + " is missing" : null);
            assertThat(cells[2]).as(field).isIn("yes", "no", "with `groundTruthDataset`");

            task.add(field, JsonNull.INSTANCE);
            assertProblem(task, field, required ? field : null);
        });
    }

    @Test
    void eachTypeIsTheOneThatIsRead() {
        rows.forEach((field, cells) -> {
            JsonObject task = example.deepCopy();
            task.addProperty(field, true);
            String type = cells[1].startsWith("object") ? "an object" : "a " + cells[1];
            assertProblem(task, field, field + " must be " + type + ", but is a boolean");
        });
    }

    @Test
    void withoutGroundTruthDatasetItsFieldsAreIgnored() {
        example.addProperty("groundTruthDataset", "");
        example.addProperty("groundTruthDatasetHash", "none");
        example.addProperty("groundTruth", 5);

        assertProblem(example, "groundTruthDataset", null);
    }

    @Test
    void theProblemIsReportedInTheseWords() {
        example.remove("algorithmArgs");
        example.addProperty("modelType", "clustering");

        assertThatThrownBy(() -> TaskParser.parse(example.toString()))
                .hasMessage(Sample.from(PAGE, "problem").text().strip());
    }

    @Test
    void limitsAndModelTypesAreThoseOfTheCode() throws IOException {
        String page = Files.readString(Path.of("../docs", PAGE));

        assertThat(page)
                .contains("| the message | %,d characters |".formatted(TaskParser.MAX_LENGTH))
                .contains("| nesting | %d levels ".formatted(StrictJson.MAX_DEPTH))
                .contains("| names, values and brackets together | %,d |".formatted(StrictJson.MAX_TOKENS));
        assertThat(rows.get("modelType")[3])
                .startsWith(Arrays.stream(ModelType.values())
                        .map(type -> "`" + type.wireName() + "`")
                        .collect(Collectors.joining(", ")));
        assertNumber("1".repeat(1000), true);
        assertNumber("1".repeat(1001), false);
        assertNumber("1e309", false);
    }

    private void assertNumber(String number, boolean taken) {
        JsonObject task = example.deepCopy();
        task.add("algorithmArgs", new JsonObject());
        String json = task.toString().replace("\"algorithmArgs\":{}", "\"algorithmArgs\":{\"n\":" + number + "}");
        if (taken) {
            assertThat(TaskParser.parse(json).algorithmArgs().get("n").getAsString())
                    .isEqualTo(number);
        } else {
            assertThatThrownBy(() -> TaskParser.parse(json)).isInstanceOf(TaskFailedException.class);
        }
    }

    private static void assertProblem(
            JsonObject task, String field, @org.jspecify.annotations.Nullable String problem) {
        if (problem == null) {
            assertThat(TaskParser.parse(task.toString())).as(field).isNotNull();
        } else {
            assertThatThrownBy(() -> TaskParser.parse(task.toString()))
                    .as(field)
                    .hasMessageStartingWith("The task is invalid: " + problem);
        }
    }

    /** Returns the cells of the rows that begin with a field. */
    private static Map<String, String[]> rows() {
        try {
            Map<String, String[]> rows = new LinkedHashMap<>();
            List<String> lines = Files.readAllLines(Path.of("../docs", PAGE));
            for (String line :
                    lines.subList(lines.indexOf("| Field | Type | Required | Allowed | Meaning |") + 2, lines.size())) {
                if (!line.startsWith("| `")) {
                    break;
                }
                String[] cells = line.substring(2, line.length() - 2).split(" \\| ", -1);
                assertThat(cells).as(line).hasSize(5);
                rows.put(cells[0].replace("`", ""), cells);
            }
            return rows;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
