package sg.aiverify.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import sg.aiverify.worker.testkit.gateway.RegisteredAlgorithm;
import sg.aiverify.worker.testkit.gateway.RunOrder;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;

/** Algorithms that cannot be unpacked, have a wrong layout, or get wrong arguments. */
class WrongAlgorithmTest {
    @TempDir
    private static Path directory;

    private static Scene scene;

    @BeforeAll
    static void open() throws InterruptedException {
        scene = Scene.open(directory, Map.of());
    }

    @AfterAll
    static void close() {
        scene.close();
    }

    @AfterEach
    void nothingIsLeft() {
        scene.assertClean();
    }

    @ParameterizedTest
    @MethodSource("wrongZips")
    void aWrongZipEndsTheRun(String cid, byte[] zip, String[] words) {
        RegisteredAlgorithm algorithm = scene.gateway.addAlgorithm("aiverify.test.zips", cid, zip);

        assertThat(scene.error(scene.order(algorithm))).contains(words);

        // Retried if a run's directory is deleted while its files are listed.
        await().atMost(Scene.PATIENCE)
                .ignoreException(UncheckedIOException.class)
                .untilAsserted(() -> {
                    try (Stream<Path> files = Files.walk(directory)) {
                        assertThat(files).noneMatch(file -> file.endsWith("escaped.txt"));
                    }
                });
    }

    static Stream<Arguments> wrongZips() throws IOException {
        return Stream.of(
                Arguments.of("no_zip", "no zip at all".getBytes(StandardCharsets.UTF_8), words("no_zip", "zip")),
                Arguments.of("cut_zip", cut(zip(Map.of("algo.py", "x".repeat(5000)))), words("cut_zip", "zip")),
                Arguments.of(
                        "escaping",
                        zip(Map.of("../../../../escaped.txt", "gotcha")),
                        words("The entry '../../../../escaped.txt' in the zip of algorithm")),
                Arguments.of(
                        "absolute",
                        zip(Map.of(directory.resolve("escaped.txt").toString(), "gotcha")),
                        words("escaped.txt' in the zip of algorithm")),
                Arguments.of("linking", linked(zip(Map.of("link", "/etc/passwd"))), words("The entry 'link'", "link")),
                Arguments.of("empty", zip(Map.of("README.md", "nothing here")), words("Invalid algorithm: ")));
    }

    private static String[] words(String... words) {
        return words;
    }

    private static byte[] zip(Map<String, String> entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, String> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue().getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toByteArray();
    }

    /** Changes the only entry of a zip to a symbolic link, as Unix's zip marks it in the central directory. */
    private static byte[] linked(byte[] zip) {
        for (int i = 0; i < zip.length - 46; i++) {
            if (zip[i] == 'P' && zip[i + 1] == 'K' && zip[i + 2] == 1 && zip[i + 3] == 2) {
                zip[i + 5] = 3;
                zip[i + 40] = (byte) 0xff;
                zip[i + 41] = (byte) 0xa1;
            }
        }
        return zip;
    }

    private static byte[] cut(byte[] zip) {
        return java.util.Arrays.copyOf(zip, zip.length / 2);
    }

    @Test
    void argumentsThatViolateTheSchemaAreAllReportedWithTheirPaths() {
        TinyAlgorithm algorithm = tiny("strict").sourceFile("input.schema.json", """
                {"type": "object", "required": ["name"], "properties": {
                    "count": {"type": "integer"},
                    "nested": {"type": "object", "properties": {"depths": {"items": {"maximum": 3}}}}}}
                """);
        RegisteredAlgorithm strict = scene.gateway.addAlgorithm(algorithm.folder());
        RunOrder order = scene.order(strict).withArgument("name", "x");
        scene.tasks.next(json -> json.replace("{\"name\":\"x\"}", WRONG).replace("{\"name\": \"x\"}", WRONG));

        assertThat(scene.error(order))
                .contains("Input arguments is invalid: ")
                .contains("name: required property is missing")
                .contains("count: 'many' is not of type")
                .contains("nested.depths[1]: 9");
    }

    private static final String WRONG = "{\"count\": \"many\", \"nested\": {\"depths\": [1, 9]}}";

    @Test
    void anInputSchemaThatIsNoneEndsTheRun() throws IOException {
        byte[] zip = zip(Map.of(
                "broken/algo.py", "",
                "broken/algo.meta.json",
                        "{\"gid\": \"x\", \"cid\": \"broken\", \"name\": \"x\","
                                + " \"modelType\": [\"classification\"], \"requireGroundTruth\": false}",
                "broken/input.schema.json", "{\"type\": \"objekt\"}",
                "broken/output.schema.json", "{}",
                "pyproject.toml", "[project]\nname = \"broken\"\nversion = \"1\"\ndependencies = []\n"));

        assertThat(scene.error(scene.order(scene.gateway.addAlgorithm("aiverify.test.zips", "broken", zip))))
                .contains("has invalid input schema");
    }

    @Test
    void aRequirementThatNoIndexCanMeetEndsTheRun() {
        Path folder = tiny("impossible")
                .requiring("evil @ https://127.0.0.1:1/evil.whl")
                .folder();

        assertThat(scene.error(scene.order(scene.gateway.addAlgorithm(folder))))
                .contains("Failed to build virtual environment: ")
                .contains("evil");
    }

    @Test
    void argumentsAreGivenToTheLastDigitAndDefaultsAreFilled() {
        Path folder = tiny("defaults")
                .doing("self.results['seen'] = [self.arguments['given'], self.arguments['filled']]")
                .sourceFile("input.schema.json", """
                        {"type": "object", "properties": {"filled": {"type": "string", "default": "yes"}}}
                        """)
                .folder();
        RunOrder order = scene.order(scene.gateway.addAlgorithm(folder)).withArgument("given", 12345678901234567L);

        assertThat(scene.succeeded(order).output().getAsJsonObject().get("seen"))
                .isEqualTo(JsonParser.parseString("[12345678901234567, \"yes\"]"));
    }

    @Test
    void anAlgorithmWhoseImportsFailEndsTheRun() {
        Path folder =
                tiny("imports").sourceFile("algo.py", "import no_such_module\n").folder();

        assertThat(scene.error(scene.order(scene.gateway.addAlgorithm(folder))))
                .contains("Failed to run algorithm: ModuleNotFoundError: No module named 'no_such_module'\n"
                        + "Add the package that contains 'no_such_module' to [project] dependencies of the algorithm's"
                        + " pyproject.toml.\nTraceback")
                .contains("  File \"aiverify_test_imports/algo.py\", line 1, in <module>\n    import no_such_module\n")
                .doesNotContain("importlib", "runner.py");
    }

    @Test
    void aMistakeInTheGrammarShowsTheAuthorsFileAndLine() {
        Path folder = tiny("grammar")
                .sourceFile("algo.py", "import os\n\ndef broken(:\n    pass\n")
                .folder();

        assertThat(scene.error(scene.order(scene.gateway.addAlgorithm(folder))))
                .endsWith(
                        "Failed to run algorithm: SyntaxError: invalid syntax, in aiverify_test_grammar/algo.py, line 3\n"
                                + "    def broken(:\n               ^")
                .doesNotContain("importlib", "runner.py", "Traceback");
    }

    private static TinyAlgorithm tiny(String cid) {
        return TinyAlgorithm.write(directory.resolve("algorithms"), cid);
    }
}
