package sg.aiverify.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sg.aiverify.worker.testkit.gateway.RunOrder;
import sg.aiverify.worker.testkit.gateway.StoredResult;
import sg.aiverify.worker.testkit.samples.MisbehavingAlgorithm;

/** Other inputs and outputs of runs: datasets in arguments, folders, artifacts. */
class DatasetsAndArtifactsTest {
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
    @CsvSource(
            delimiter = '|',
            value = {
                "_dataset_:/etc/passwd | ~/etc/passwd~; allowed: 1 to 255 letters",
                "_dataset_:../models/tiny_model.sav | ~../models/tiny_model.sav~; allowed: 1 to 255 letters",
                "_dataset_:not_there.csv | the gateway has no dataset ~not_there.csv~",
            })
    void aWrongNameOfADatasetInTheArgumentsEndsTheRun(String argument, String words) {
        assertThat(scene.error(scene.healthy().withArgument("background", argument)))
                .contains(words.replace('~', '\''));
    }

    @Test
    void datasetsAnywhereInTheArgumentsAreThereForTheAlgorithm() throws IOException {
        Path labels = directory.resolve("labels.csv");
        Files.writeString(labels, "group\nleft\nright\n");
        scene.gateway.addDataset(labels);
        RunOrder order = scene.order(scene.algorithm("reads_datasets", """
                        paths = [self.arguments['top'], self.arguments['deep']['list'][1]]
                        self.results['texts'] = [Path(path).read_text() for path in paths]
                        self.results['names'] = [Path(path).name for path in paths]
                        """))
                .withArguments(JsonParser.parseString("""
                        {"top": "_dataset_:labels.csv", "deep": {"list": ["plain", "_dataset_:tiny_data.csv"]}}
                        """).getAsJsonObject());

        StoredResult result = scene.succeeded(order);

        assertThat(result.output().getAsJsonObject().get("names"))
                .isEqualTo(JsonParser.parseString("[\"labels.csv\", \"tiny_data.csv\"]"));
        assertThat(result.output()
                        .getAsJsonObject()
                        .getAsJsonArray("texts")
                        .get(0)
                        .getAsString())
                .isEqualTo("group\nleft\nright\n");
        assertThat(result.document()
                        .getAsJsonObject("testArguments")
                        .get("algorithmArgs")
                        .toString())
                .doesNotContain(directory.toString());
    }

    @Test
    void aDatasetOfTheSameNameIsFetchedAnew() throws IOException {
        Path changing = directory.resolve("changing.csv");
        RunOrder order = scene.order(scene.algorithm(
                        "reads_changing", "self.results['text'] = Path(self.arguments['file']).read_text()"))
                .withArgument("file", "_dataset_:changing.csv");
        for (String text : new String[] {"one\n", "two\n"}) {
            Files.writeString(changing, text);
            scene.gateway.addDataset(changing);

            assertThat(scene.succeeded(order)
                            .output()
                            .getAsJsonObject()
                            .get("text")
                            .getAsString())
                    .isEqualTo(text);
        }
    }

    @Test
    void aFolderIsUnpackedAndAFileThatIsAZipIsNot() throws IOException {
        Path folder = Files.createDirectories(directory.resolve("pictures"));
        Files.writeString(folder.resolve("a.txt"), "a");
        Files.writeString(Files.createDirectories(folder.resolve("more")).resolve("b.txt"), "b");
        scene.gateway.addDataset(folder);
        Path archive = directory.resolve("arrays.npz");
        Files.write(archive, new byte[] {'P', 'K', 5, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
        scene.gateway.addDataset(archive);
        RunOrder order = scene.order(scene.algorithm("looks_at_folders", """
                        folder = Path(self.arguments['folder'])
                        self.results['files'] = sorted(
                            str(file.relative_to(folder)) for file in folder.rglob('*') if file.is_file())
                        self.results['zip'] = Path(self.arguments['file']).is_file()
                        """))
                .withArgument("folder", "_dataset_:pictures")
                .withArgument("file", "_dataset_:arrays.npz");

        StoredResult result = scene.succeeded(order);

        assertThat(result.output().getAsJsonObject().get("files"))
                .isEqualTo(JsonParser.parseString("[\"a.txt\", \"more/b.txt\"]"));
        assertThat(result.output().getAsJsonObject().get("zip").getAsBoolean()).isTrue();
    }

    @Test
    void imagesOfAResultAreStoredAsArtifacts() {
        RunOrder order = scene.order(scene.algorithm("draws", """
                (OUTPUT / 'plots').mkdir(parents=True, exist_ok=True)
                (OUTPUT / 'plots' / 'chart.png').write_bytes(b'a chart')
                (OUTPUT / 'histogram.svg').write_text('<svg/>')
                self.results['images'] = ['plots/chart.png', {'deep': 'histogram.svg'}]
                """));

        Map<String, byte[]> artifacts = scene.succeeded(order).artifacts();

        assertThat(artifacts).containsOnlyKeys("plots/chart.png", "histogram.svg");
        assertThat(new String(artifacts.get("plots/chart.png"), StandardCharsets.UTF_8))
                .isEqualTo("a chart");
    }

    @Test
    void artifactsThatTheGatewayCannotStoreAreLeftOutOrRefused() {
        StoredResult result = scene.succeeded(scene.order(scene.algorithm(MisbehavingAlgorithm.ODD_ARTIFACTS)));

        assertThat(result.artifacts()).containsOnlyKeys("plots/fine.png");
    }

    @Test
    void aFolderIsTestDataToo() throws IOException {
        Path folder = Files.createDirectories(directory.resolve("tables"));
        Files.writeString(folder.resolve("table.csv"), "a,b\n1,2\n3,4\n");
        RunOrder order = RunOrder.of(
                scene.algorithm(MisbehavingAlgorithm.ECHOES), scene.model, scene.gateway.addDataset(folder));

        scene.succeeded(order);
    }
}
