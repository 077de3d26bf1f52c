package sg.aiverify.worker.pipelines.k8s.internal.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.python.PythonScripts;
import sg.aiverify.worker.stage.Execution;
import sg.aiverify.worker.stage.ImageEnvironment;
import sg.aiverify.worker.stage.TestInputs;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.stage.ObservedRun;

class PodInputsTest {
    private static final String LONG = "ü and spaces ".repeat(8) + "end.csv";

    @TempDir
    Path directory;

    private Path model;
    private Path data;
    private Path images;

    @BeforeEach
    void write() throws IOException {
        model = Files.writeString(
                Files.createDirectories(directory.resolve("models")).resolve("same.sav"), "model");
        data = Files.writeString(
                Files.createDirectories(directory.resolve("data")).resolve("same.sav"), "data");
        images = Files.createDirectories(directory.resolve("images"));
        Files.writeString(images.resolve(LONG), "one");
        Files.createDirectories(images.resolve("empty"));
    }

    @Test
    void everythingArrivesWhereTheRequestSaysThoughNamesAreEqual() throws Exception {
        Path home = received(files("{\"deep\": [{\"images\": \"_dataset_:images\"}]}"));
        JsonObject request = JsonParser.parseString(Files.readString(home.resolve("request.json")))
                .getAsJsonObject();

        assertThat(local(home, request.get("model").getAsString())).hasContent("model");
        assertThat(local(home, request.get("data").getAsString())).hasContent("data");
        assertThat(local(home, request.get("algorithm").getAsString()))
                .isDirectoryRecursivelyContaining("glob:**/algo.py");
        String images = request.getAsJsonObject("arguments")
                .getAsJsonArray("deep")
                .get(0)
                .getAsJsonObject()
                .get("images")
                .getAsString();
        assertThat(local(home, images).resolve(LONG)).hasContent("one");
        assertThat(local(home, images).resolve("empty")).isDirectory();
        assertThat(local(home, PodPaths.SCRIPTS + "/runner.py")).isRegularFile();
        assertThat(local(home, PodPaths.PYTHON_HOME + "/tmp")).isDirectory();
    }

    @Test
    void inputsThatWereCutOffAreReceivedAgainAsAWhole() throws Exception {
        PodInputs files = files("{}");
        Path home = Files.createDirectories(directory.resolve("home"));
        List<String> receive = List.of("-c", PodRun.RECEIVE, home.toString());
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        files.writeTo(whole);
        Process hanging = PodPython.start(directory, receive);
        try {
            hanging.getOutputStream().write(whole.toByteArray(), 0, 40_000);
            hanging.getOutputStream().flush();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> Files.exists(home.resolve("part-" + hanging.pid() + "/request.json")));

            received(files);

            assertThat(hanging.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(home).isDirectoryContaining("glob:**/run").isDirectoryNotContaining("glob:**/part-*");
            PodPython.run(directory, receive, PodExec.Input.NONE); // nothing is left to receive
        } finally {
            hanging.destroyForcibly();
        }
    }

    private PodInputs files(String arguments) {
        TestInputs inputs = new TestInputs(
                TinyAlgorithm.write(directory, "tiny").doing("pass").read(),
                model,
                data,
                new TestInputs.GroundTruth(data, "truth"),
                Map.of("images", images));
        try (ObservedRun run = new ObservedRun(directory)) {
            return PodInputs.of(
                    new Execution<>(
                            inputs,
                            new ImageEnvironment("tiny:1", "tiny:1", "python3"),
                            JsonParser.parseString(arguments).getAsJsonObject()),
                    run.task(),
                    PythonScripts.ofCore(directory.resolve("worker")),
                    PodInputs.ownScripts(directory.resolve("worker")));
        }
    }

    /** Receives the files as a pod does: the input is never closed. */
    private Path received(PodInputs files) throws Exception {
        Path home = Files.createDirectories(directory.resolve("home"));
        PodPython.run(directory, List.of("-c", PodRun.RECEIVE, home.toString()), files::writeTo);
        return home.resolve("run");
    }

    private static Path local(Path home, String inPod) {
        return home.resolve(inPod.substring(PodPaths.ROOT.length() + 1));
    }
}
