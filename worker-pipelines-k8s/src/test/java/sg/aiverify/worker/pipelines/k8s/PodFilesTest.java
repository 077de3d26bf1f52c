package sg.aiverify.worker.pipelines.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.pipeline.Execution;
import sg.aiverify.worker.pipeline.ImageEnvironment;
import sg.aiverify.worker.pipeline.TestInputs;
import sg.aiverify.worker.python.PythonScripts;
import sg.aiverify.worker.testkit.python.EngineInterpreter;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.stage.ObservedRun;

class PodFilesTest {
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
        assertThat(local(home, PodFiles.SCRIPTS + "/runner.py")).isRegularFile();
        assertThat(local(home, PodFiles.PYTHON_HOME + "/tmp")).isDirectory();
    }

    @Test
    void inputsThatWereCutOffAreReceivedAgainAsAWhole() throws Exception {
        PodFiles files = files("{}");
        Path home = Files.createDirectories(directory.resolve("home"));
        List<String> receive = List.of("-c", PodRun.RECEIVE, home.toString());
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        files.writeTo(whole);
        Process hanging = start(receive);
        try {
            hanging.getOutputStream().write(whole.toByteArray(), 0, 40_000);
            hanging.getOutputStream().flush();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> Files.exists(home.resolve("part-" + hanging.pid() + "/request.json")));

            received(files);

            assertThat(hanging.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(home).isDirectoryContaining("glob:**/run").isDirectoryNotContaining("glob:**/part-*");
            python(receive, PodExec.Input.NONE); // there is nothing left to receive
        } finally {
            hanging.destroyForcibly();
        }
    }

    @Test
    void aDatasetThatIsNotThereIsRefusedByItsName() {
        assertThatThrownBy(() -> files("{\"labels\": \"_dataset_:missing.csv\"}"))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("missing.csv");
    }

    @Test
    void onlyPlainFilesOfTheResultAreSent() throws Exception {
        Path work = Files.createDirectories(directory.resolve("run/work"));
        Path output = Files.createDirectories(work.resolve("algorithm/output"));
        Files.writeString(work.resolve("result.json"), "{}");
        Files.writeString(output.resolve("plot.png"), "plot");
        Files.createLink(output.resolve("twin.png"), output.resolve("plot.png"));
        Files.createSymbolicLink(output.resolve("link.png"), Path.of("/etc/hostname"));
        Files.createSymbolicLink(output.resolve("up"), directory);
        String names = "[\"result.json\", \"algorithm/output/plot.png\", \"algorithm/output/twin.png\","
                + " \"algorithm/output/link.png\", \"algorithm/output/up/data/same.sav\", \"algorithm/output\","
                + " \"algorithm/output/../../../data/same.sav\", \"/etc/hostname\", \"gone.png\", \"nul\\u0000\"]\n";

        byte[] archive = python(send(), stream -> stream.write(names.getBytes(StandardCharsets.UTF_8)));
        Path unpacked = Files.createDirectories(directory.resolve("unpacked"));
        PodFiles.unpack(
                new ByteArrayInputStream(archive),
                List.of("result.json", "algorithm/output/plot.png", "algorithm/output/twin.png"),
                unpacked);

        try (var found = Files.walk(unpacked)) {
            assertThat(found.filter(Files::isRegularFile)
                            .map(file -> unpacked.relativize(file).toString()))
                    .containsExactlyInAnyOrder("result.json", "algorithm/output/plot.png", "algorithm/output/twin.png");
        }
        assertThat(unpacked.resolve("algorithm/output/twin.png")).hasContent("plot");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../up", "/absolute"})
    void aForgedArchiveWritesNothingOutside(String name) throws Exception {
        byte[] archive = forged(new TarArchiveEntry(name, true));

        assertThatThrownBy(() -> PodFiles.unpack(new ByteArrayInputStream(archive), List.of(name), directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no plain file");
    }

    @Test
    void aForgedLinkIsRefused() throws Exception {
        TarArchiveEntry link = new TarArchiveEntry("link", TarConstants.LF_SYMLINK);
        link.setLinkName("/etc/hostname");
        byte[] archive = forged(link);

        assertThatThrownBy(() -> PodFiles.unpack(new ByteArrayInputStream(archive), List.of("link"), directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no plain file");
    }

    @Test
    void aForgedFileWithHolesIsRefused() throws Exception {
        byte[] archive = amended(
                Map.of("GNU.sparse.size", "268435456", "GNU.sparse.numblocks", "1", "GNU.sparse.map", "268435456,0"));

        assertThatThrownBy(() -> PodFiles.unpack(new ByteArrayInputStream(archive), List.of("result.json"), directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no plain file");
        assertThat(directory.resolve("result.json")).doesNotExist();
    }

    @Test
    void aForgedHeaderThatTakesMuchMemoryIsRefused() throws Exception {
        byte[] archive = amended(Map.of("comment", "x".repeat(1_000_000)));

        assertThatThrownBy(() -> PodFiles.unpack(new ByteArrayInputStream(archive), List.of("result.json"), directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("headers of more than 65536 bytes");
    }

    @Test
    void whatWasNotAskedForIsRefused() throws Exception {
        byte[] archive = forged(new TarArchiveEntry("more.json"));

        assertThatThrownBy(() -> PodFiles.unpack(new ByteArrayInputStream(archive), List.of("result.json"), directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("'more.json', which was not asked for");
        assertThat(directory.resolve("more.json")).doesNotExist();
    }

    @Test
    void whatIsSentTwiceIsRefused() throws Exception {
        byte[] archive = forged(new TarArchiveEntry("result.json"), new TarArchiveEntry("result.json"));

        assertThatThrownBy(() -> PodFiles.unpack(new ByteArrayInputStream(archive), List.of("result.json"), directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("was there before");
    }

    @Test
    void aNameThatNoFileCanHaveEndsTheRunForGood() throws Exception {
        String name = "nul\0.json";
        byte[] archive = amended(Map.of("path", name));

        assertThatThrownBy(() -> PodFiles.unpack(new ByteArrayInputStream(archive), List.of(name), directory))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("cannot be named here");
    }

    @Test
    void anArchiveThatIsCutOffIsNoResult() throws Exception {
        Path work = Files.createDirectories(directory.resolve("run/work"));
        Files.write(work.resolve("result.json"), new byte[30_000]);
        byte[] archive = python(send(), stream -> stream.write("[\"result.json\"]\n".getBytes(StandardCharsets.UTF_8)));
        Path unpacked = Files.createDirectories(directory.resolve("unpacked"));

        assertThatThrownBy(() ->
                        PodFiles.unpack(new ByteArrayInputStream(archive, 0, 20_000), List.of("result.json"), unpacked))
                .isInstanceOf(IOException.class);
    }

    private PodFiles files(String arguments) {
        TestInputs inputs = new TestInputs(
                TinyAlgorithm.write(directory, "tiny").doing("pass").read(),
                model,
                data,
                new TestInputs.GroundTruth(data, "truth"),
                Map.of("images", images));
        try (ObservedRun run = new ObservedRun(directory)) {
            return PodFiles.of(
                    new Execution<>(
                            inputs,
                            new ImageEnvironment("tiny:1", "tiny:1", "python3"),
                            JsonParser.parseString(arguments).getAsJsonObject()),
                    run.task(),
                    PythonScripts.ofCore(directory.resolve("worker")),
                    PodFiles.ownScripts(directory.resolve("worker")));
        }
    }

    /** Receives the files as a pod does: the input is never closed. */
    private Path received(PodFiles files) throws Exception {
        Path home = Files.createDirectories(directory.resolve("home"));
        python(List.of("-c", PodRun.RECEIVE, home.toString()), files::writeTo);
        return home.resolve("run");
    }

    private List<String> send() {
        Path script = PodFiles.ownScripts(directory.resolve("worker")).path("in_pod.py");
        return List.of("-B", script.toString(), "send", directory.toString());
    }

    private Process start(List<String> arguments) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(EngineInterpreter.get().executable().toString(), "-I", "-S"));
        command.addAll(arguments);
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(directory.resolve("output-of-python").toFile())
                .start();
    }

    private byte[] python(List<String> arguments, PodExec.Input input) throws Exception {
        Process process = start(arguments);
        try {
            OutputStream stream = process.getOutputStream();
            input.writeTo(stream);
            stream.flush();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
            return Files.readAllBytes(directory.resolve("output-of-python"));
        } finally {
            process.destroyForcibly();
        }
    }

    private static byte[] forged(TarArchiveEntry... entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            for (TarArchiveEntry entry : entries) {
                tar.putArchiveEntry(entry);
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    /** Makes an archive of one empty file whose header is amended as POSIX allows. */
    private static byte[] amended(Map<String, String> amendments) throws IOException {
        StringBuilder records = new StringBuilder();
        amendments.forEach((key, value) -> {
            String told = " " + key + "=" + value + "\n";
            int length = told.length(); // and that of its own digits
            while (length != told.length() + Integer.toString(length).length()) {
                length = told.length() + Integer.toString(length).length();
            }
            records.append(length).append(told);
        });
        byte[] header = records.toString().getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            TarArchiveEntry amendment = new TarArchiveEntry("header", TarConstants.LF_PAX_EXTENDED_HEADER_LC);
            amendment.setSize(header.length);
            tar.putArchiveEntry(amendment);
            tar.write(header);
            tar.closeArchiveEntry();
            tar.putArchiveEntry(new TarArchiveEntry("result.json"));
            tar.closeArchiveEntry();
        }
        return bytes.toByteArray();
    }

    private static Path local(Path home, String inPod) {
        return home.resolve(inPod.substring(PodFiles.ROOT.length() + 1));
    }
}
