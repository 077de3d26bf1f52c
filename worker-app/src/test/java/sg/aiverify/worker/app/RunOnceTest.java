package sg.aiverify.worker.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.app.terminal.CapturedTerminal;
import sg.aiverify.worker.docs.Sample;
import sg.aiverify.worker.testkit.python.EngineInterpreter;
import sg.aiverify.worker.testkit.samples.MisbehavingAlgorithm;
import sg.aiverify.worker.testkit.samples.SampleAlgorithm;
import sg.aiverify.worker.testkit.samples.SampleCase;
import sg.aiverify.worker.testkit.samples.SampleData;
import sg.aiverify.worker.testkit.samples.TinyInputs;

/** The command run-once with real Python. */
class RunOnceTest {
    private static final String RUN = "2b5c9d1e-3f4a-4b6c-8d7e-9f0a1b2c3d4e";

    @TempDir
    Path directory;

    private final CapturedTerminal captured = CapturedTerminal.pipe();
    private Path python = Path.of("");

    @BeforeEach
    void findPython() throws InterruptedException {
        python = EngineInterpreter.get().executable();
    }

    @Test
    void aRunWritesItsResultAndAWrongOneSaysWhy() throws Exception {
        SampleData data = SampleData.make(python, directory.resolve("samples"));
        SampleCase risk = data.cases().stream()
                .filter(candidate -> candidate.name().equals("diabetes_risk"))
                .findFirst()
                .orElseThrow();
        Path algorithm = SampleAlgorithm.SUBGROUP_FAIRNESS.extract(directory);
        Path script = only(algorithm).resolve("algo.py");
        Files.writeString(
                script,
                "import logging\nprint('hello')\nlogging.getLogger(__name__).info('a log line')\n",
                StandardOpenOption.APPEND);
        Path output = Files.createDirectory(directory.resolve("results")).resolve("fairness.zip");
        List<String> args = new ArrayList<>(List.of(
                "run-once",
                "--run-id=" + RUN,
                "--algorithm=" + algorithm,
                "--model=" + risk.model(),
                "--model-type=classification",
                "--data=" + risk.dataset(),
                "--ground-truth=" + risk.groundTruthDataset(),
                "--ground-truth-column=" + risk.groundTruth(),
                "--dataset=groups.csv=" + data.groupLabels(),
                "--output=" + output));

        int code = run(args, "--args={\"sensitive_feature\": \"sex\", \"group_labels\": \"_dataset_:groups.csv\"}");

        assertThat(code).as(captured.err()).isZero();
        assertThat(captured.out())
                .contains("Result:     " + output + "\n", "Artifacts:  none\n", "Figures:    ")
                .containsPattern("Time: .* s \\(start .* s, inputs .* s, pipeline_build .* s, .*result .* s.*\\)\n")
                .doesNotContain("hello");
        assertThat(captured.err())
                .contains("subgroup_fairness: 100%", "\n| hello\n", "\n| INFO a log line\n")
                .doesNotContain("error", "Building", "environment with");
        JsonObject result = result(output);
        assertThat(result.get("testRunId").getAsString()).isEqualTo(RUN);
        assertThat(result.toString()).contains("first sex").doesNotContain(directory.toString());

        args.add("--quiet");
        args.removeIf(arg -> arg.startsWith("--ground-truth"));
        assertThat(run(args, "--args={\"sensitive_feature\": \"sex\", \"favorable_label\": \"1\"}"))
                .isEqualTo(1);
        assertThat(captured.err())
                .contains(
                        "warning: --args: the algorithm's input.schema.json has no property 'favorable_label'; did you"
                                + " mean 'favourable_label'?\n")
                .contains("error: the run failed in the validate_input stage")
                .contains("| the algorithm needs a ground truth: add --ground-truth and --ground-truth-column")
                .doesNotContain("groundTruthDataset")
                .doesNotContain(" WARN ", "[" + RUN + "]")
                .doesNotContain("\tat ");
    }

    @Test
    void theOutputIsShownWhileTheAlgorithmRuns() throws Exception {
        TinyInputs tiny = TinyInputs.write(directory.resolve("tiny"));
        Path folder = MisbehavingAlgorithm.HANGS.write(directory.resolve("algorithms"));
        Path zip = zipped(folder);
        AtomicInteger code = new AtomicInteger(-1);
        Thread command = new Thread(() -> code.set(run(
                List.of(
                        "run-once",
                        "--algorithm=" + zip,
                        "--model=" + tiny.model(),
                        "--model-type=classification",
                        "--data=" + tiny.dataset()),
                "--args={\"marker\": \"run-once\"}")));
        command.start();

        try {
            await().atMost(Duration.ofMinutes(2))
                    .untilAsserted(() -> assertThat(captured.err()).contains("| hanging from here on\n", ": 10%"));
            assertThat(command.isAlive()).isTrue();
        } finally {
            command.interrupt();
            command.join();
        }

        assertThat(code).hasValue(1);
        assertThat(captured.out()).isEmpty();
    }

    @Test
    void theExampleForAuthorsRunsAsItsPageSays() throws Exception {
        Path inner = Files.createDirectories(directory.resolve("hit-rate/hit_rate"));
        Files.createFile(inner.resolve("__init__.py"));
        write(inner.resolveSibling("pyproject.toml"), Sample.from("algorithms.md", "author-pyproject"));
        write(inner.resolve("algo.py"), Sample.from("algorithms.md", "author-algo"));
        write(inner.resolve("algo.meta.json"), Sample.from("algorithms.md", "author-meta"));
        write(inner.resolve("input.schema.json"), Sample.from("algorithms.md", "author-input"));
        write(inner.resolve("output.schema.json"), Sample.from("algorithms.md", "author-output"));
        EngineInterpreter.run(directory, """
                import pickle, pandas
                from sklearn.linear_model import LogisticRegression
                table = pandas.DataFrame({"a": [1, 2, 3, 40, 50, 60], "truth": [0, 0, 0, 1, 1, 1]})
                with open("model.sav", "wb") as file:
                    pickle.dump(LogisticRegression().fit(table[["a"]], table["truth"]), file)
                table.to_csv("data.csv", index=False)
                """);
        String command = Sample.from("algorithms.md", "author-run").text();
        List<String> args = Stream.of(command.replace("\\\n", " ").split("\\s+(?=--)|\\s+(?=run-once)"))
                .skip(1)
                .flatMap(part -> Stream.of(part.strip().split(" ", 2)))
                .map(word -> word.replace("'", ""))
                .map(word -> word.matches("hit-rate|[a-z]+\\.(sav|csv|zip)") ? "" + directory.resolve(word) : word)
                .toList();

        int code = run(args, "--run-id=" + RUN);

        assertThat(code).as(captured.err()).isZero();
        assertThat(captured.err()).contains("\n| INFO 2 classes\n", "hit-rate: 100%");
        assertThat(captured.out())
                .contains("Artifacts:  hits.svg\n")
                .containsPattern("hit_rate +1\\b")
                .doesNotContain("has no property");
        assertThat(result(directory.resolve("result.zip")).get("output"))
                .hasToString(
                        "{\"samples\":6,\"hit_rate\":1.0,\"classes\":{\"0\":1.0,\"1\":1.0},\"chart\":\"hits.svg\"}");
    }

    private static void write(Path file, Sample sample) throws IOException {
        Files.writeString(file, sample.text());
    }

    /** Zips a folder as a file manager does. */
    private Path zipped(Path folder) throws IOException {
        Path zip = directory.resolve("algorithm.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip));
                Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                out.putNextEntry(
                        new ZipEntry(folder.getParent().relativize(file).toString()));
                out.write(Files.readAllBytes(file));
            }
        }
        return zip;
    }

    private static Path only(Path folder) throws IOException {
        try (Stream<Path> children = Files.list(folder)) {
            return children.filter(Files::isDirectory).findFirst().orElseThrow();
        }
    }

    private int run(List<String> args, String arguments) {
        Map<String, String> environment = new HashMap<>();
        environment.put("PATH", System.getenv("PATH"));
        environment.put("PYTHON", python.toString());
        environment.put("TEWORKER_DATA_DIR", directory.resolve("data").toString());
        List<String> all = new ArrayList<>(args);
        all.add(arguments);
        CommandContext context =
                new CommandContext(captured.terminal(), environment, directory, new Wiring(environment));
        return new CommandLineApp(context).run(all.toArray(String[]::new));
    }

    private static JsonObject result(Path zip) throws IOException {
        try (ZipFile file = new ZipFile(zip.toFile())) {
            byte[] bytes = file.getInputStream(file.getEntry("results.json")).readAllBytes();
            return JsonParser.parseString(new String(bytes, StandardCharsets.UTF_8))
                    .getAsJsonObject();
        }
    }
}
