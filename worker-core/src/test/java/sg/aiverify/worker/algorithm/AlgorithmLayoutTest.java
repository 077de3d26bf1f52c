package sg.aiverify.worker.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.TaskFailedException;

class AlgorithmLayoutTest {
    private static final String META = "{\"gid\": \"a.b\", \"cid\": \"c\"}";

    @TempDir
    Path temp;

    private Path root;

    @BeforeEach
    void layOut() throws IOException {
        root = Files.createDirectory(temp.toRealPath().resolve("root"));
        put("my_algorithm/algo.py", "");
        put("my_algorithm/input.schema.json", "{}");
        put("my_algorithm/output.schema.json", "{}");
        put("my_algorithm/algo.meta.json", META);
    }

    private void put(String name, String content) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    @Test
    void findsAllFilesInThePackage() {
        Algorithm algorithm = AlgorithmLayout.read(root, "hash");

        assertThat(algorithm.directory()).isEqualTo(root);
        assertThat(algorithm.contentHash()).isEqualTo("hash");
        assertThat(algorithm.script()).isEqualTo(root.resolve("my_algorithm/algo.py"));
        assertThat(algorithm.inputSchema()).isEqualTo(root.resolve("my_algorithm/input.schema.json"));
        assertThat(algorithm.outputSchema()).isEqualTo(root.resolve("my_algorithm/output.schema.json"));
        assertThat(algorithm.meta().get("cid").getAsString()).isEqualTo("c");
        assertThat(algorithm.requiresGroundTruth()).isTrue();
    }

    @Test
    void prefersTheRootAndThenTheFirstDirectoryByName() throws IOException {
        put("input.schema.json", "{}");
        put("aaa/output.schema.json", "{}");
        put("zzz/algo.py", "");

        Algorithm algorithm = AlgorithmLayout.read(root, "hash");

        assertThat(algorithm.inputSchema()).isEqualTo(root.resolve("input.schema.json"));
        assertThat(algorithm.outputSchema()).isEqualTo(root.resolve("aaa/output.schema.json"));
        assertThat(algorithm.script()).isEqualTo(root.resolve("my_algorithm/algo.py"));
    }

    @ParameterizedTest
    @CsvSource({
        "algo.py, algorithm script algo.py not found",
        "input.schema.json, input schema input.schema.json not found",
        "output.schema.json, output schema output.schema.json not found",
        "algo.meta.json, algorithm metadata algo.meta.json not found"
    })
    void namesAFileThatIsMissingAndWhereItLooked(String name, String problem) throws IOException {
        Files.move(root.resolve("my_algorithm").resolve(name), temp.resolve(name));
        put("my_algorithm/deeper/" + name, "{}");

        assertThatThrownBy(() -> AlgorithmLayout.read(root, "hash"))
                .isInstanceOf(TaskFailedException.class)
                .hasMessage("Invalid algorithm: " + problem
                        + "; searched the root of the algorithm and the directories right below it");
    }

    @Test
    void namesTheOldLayout() throws IOException {
        Files.delete(root.resolve("my_algorithm/algo.meta.json"));
        put("plugin.meta.json", "{}");
        put("my_algorithm/c.meta.json", META);

        assertThatThrownBy(() -> AlgorithmLayout.read(root, "hash"))
                .hasMessageContaining("algo.meta.json not found (my_algorithm/c.meta.json has the old layout");
    }

    @Test
    void refusesAScriptInTheRoot() throws IOException {
        put("algo.py", "");

        assertThatThrownBy(() -> AlgorithmLayout.read(root, "hash"))
                .hasMessageContaining("Invalid algorithm: algo.py is in the root")
                .hasMessageContaining("must be in a package directory");
    }

    @Test
    void refusesADirectoryThatPythonCannotImport() throws IOException {
        Files.move(root.resolve("my_algorithm"), root.resolve("a.b"));

        assertThatThrownBy(() -> AlgorithmLayout.read(root, "hash"))
                .hasMessage("Invalid algorithm: algo.py is in the directory 'a.b', which Python cannot import since"
                        + " its name contains a dot");
    }

    @ParameterizedTest
    @ValueSource(strings = {"my-algorithm", "1algo"})
    void takesADirectoryWhoseNameIsNoIdentifierAsTheOriginalDoes(String name) throws IOException {
        Files.move(root.resolve("my_algorithm"), root.resolve(name));

        assertThat(AlgorithmLayout.read(root, "hash").script()).hasParentRaw(root.resolve(name));
    }

    @Test
    void followsNoLinkOutOfTheAlgorithm() throws IOException {
        Path outside = Files.writeString(temp.resolve("outside.json"), "{}");
        Files.delete(root.resolve("my_algorithm/input.schema.json"));
        Files.createSymbolicLink(root.resolve("my_algorithm/input.schema.json"), outside);

        assertThatThrownBy(() -> AlgorithmLayout.read(root, "hash"))
                .hasMessageContaining("input.schema.json not found");
    }

    @Test
    void followsNoLinkToADirectory() throws IOException {
        Files.move(root.resolve("my_algorithm"), temp.resolve("outside"));
        Files.createSymbolicLink(root.resolve("my_algorithm"), temp.resolve("outside"));

        assertThatThrownBy(() -> AlgorithmLayout.read(root, "hash")).hasMessageContaining("algo.py not found");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]                                   | must be a JSON object, but is an array",
                "{                                    | is not valid JSON: ",
                "{\"gid\": \"a\"}                     | cid is missing",
                "{\"gid\": \"../x\", \"cid\": \"c\"}  | gid must be a string of 1 to 128 letters",
                "{\"gid\": 5, \"cid\": \"c\"}         | but is 5",
                "{\"gid\": \"a\", \"cid\": \"c\", \"requireGroundTruth\": \"no\"} | requireGroundTruth must be true or false",
                "{\"gid\": \"a\", \"cid\": \"c\", \"version\": 2}                 | version must be a string, but is a number",
            })
    void refusesWrongMetadata(String meta, String problem) throws IOException {
        put("my_algorithm/algo.meta.json", meta);

        assertThatThrownBy(() -> AlgorithmLayout.read(root, "hash"))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("Invalid algorithm: ")
                .hasMessageContaining("my_algorithm/algo.meta.json")
                .hasMessageContaining(problem);
    }

    @Test
    void knowsAnAlgorithmThatNeedsNoGroundTruth() throws IOException {
        put("my_algorithm/algo.meta.json", "{\"gid\": \"a\", \"cid\": \"c\", \"requireGroundTruth\": false}");

        assertThat(AlgorithmLayout.read(root, "hash").requiresGroundTruth()).isFalse();
    }

    @Test
    void leavesADirectoryThatIsGoneToTheOperator() {
        assertThatThrownBy(() -> AlgorithmLayout.read(root.resolve("gone"), "hash"))
                .isInstanceOf(InfrastructureException.class);
    }
}
