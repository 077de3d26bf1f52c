package sg.aiverify.worker.pipelines.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.pipelines.docker.internal.engine.DockerEngine;
import sg.aiverify.worker.pipelines.docker.machine.AvailableEngine;
import sg.aiverify.worker.pipelines.docker.machine.Need;
import sg.aiverify.worker.pipelines.docker.machine.Requires;
import sg.aiverify.worker.stage.Execution;
import sg.aiverify.worker.stage.ImageEnvironment;
import sg.aiverify.worker.stage.TestInputs;
import sg.aiverify.worker.testkit.machine.Needs;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyInputs;
import sg.aiverify.worker.testkit.stage.ObservedRun;
import sg.aiverify.worker.testkit.stage.TestWorkerContext;

@Requires(Need.BASE_IMAGE)
class SharedDataDirectoryTest {
    @TempDir
    Path directory;

    private DockerEngine engine;

    @BeforeEach
    void open() {
        engine = AvailableEngine.open();
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void inputsBelowThePathThatTheEngineSeesAreMountedOneByOne() throws Exception {
        Path data = Files.createDirectories(directory.resolve("data"));
        // Another name for the same directory, as the engine's host may have.
        Path seen = Files.createSymbolicLink(directory.resolve("seen"), data);

        assertMounted(data, seen.toString());
    }

    @Test
    @Tag("slow")
    void inputsInAVolumeOfTheEngineAreMountedOneByOne() throws Exception {
        String volume = "aiverify-shared-test-" + UUID.randomUUID();
        Path mountpoint = Path.of(
                engine.client().createVolumeCmd().withName(volume).exec().getMountpoint());
        try {
            Needs.that(
                    Files.isWritable(mountpoint),
                    "a volume that this process can write",
                    mountpoint + " is not writable here");
            assertMounted(mountpoint, volume);
            assertMounted(Files.createDirectories(mountpoint.resolve("below")), volume + "/below");
        } finally {
            engine.client().removeVolumeCmd(volume).exec();
        }
    }

    @Test
    void aPlaceWhereTheDataDirectoryIsNotIsRefusedAtStart() {
        assertRefused(directory.resolve("elsewhere").toString(), "the Docker engine does not see the worker's data");
        assertRefused("no-such-volume-" + UUID.randomUUID(), "the Docker engine has no volume");
    }

    private void assertRefused(String shared, String reason) {
        try (TestWorkerContext context = TestWorkerContext.open(directory.resolve("data"), settings(shared))) {
            assertThatThrownBy(() -> new DockerRunProvider().create(context))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("TEWORKER_DOCKER_SHARED is " + shared + ", but " + reason);
        }
        assertThat(directory.resolve("data")).isDirectoryNotContaining("glob:**seen-by-docker*");
    }

    private void assertMounted(Path data, String shared) throws Exception {
        TinyInputs files = TinyInputs.write(data.resolve("inputs"));
        Files.writeString(data.resolve("inputs").resolve("of another run"), "secret");
        Path one = Files.createDirectories(data.resolve("one")).resolve("same name");
        Path other = Files.createDirectories(data.resolve("other")).resolve("same name");
        Files.writeString(one, "1");
        Files.writeString(Files.createDirectories(other).resolve("file"), "2");
        Path outside = Files.writeString(directory.resolve("outside"), "3");
        TinyAlgorithm algorithm = TinyAlgorithm.write(directory, "reads").doing("""
                paths = [Path(self.arguments[name]) for name in ('one', 'other', 'outside')]
                def fails(path):
                    try:
                        path.write_text('x')
                    except OSError:
                        return True
                self.results = {
                    'read': paths[0].read_text() + (paths[1] / 'file').read_text() + paths[2].read_text(),
                    'mounted': [str(path).startswith('/inputs/') for path in paths],
                    'readOnly': [fails(path) for path in (paths[0], paths[1] / 'file', paths[1] / 'new', paths[2])],
                    'seen': sorted(str(path) for path in Path('/inputs').rglob('*') if path.is_file()),
                    'rows': len(self.data.get_data())}
                """);
        TestInputs inputs = new TestInputs(
                algorithm.read(),
                files.model(),
                files.dataset(),
                null,
                Map.of("one", one, "other", other, "outside", outside));
        JsonObject arguments = JsonParser.parseString("""
                {"one": "_dataset_:one", "other": "_dataset_:other", "outside": "_dataset_:outside"}""").getAsJsonObject();
        try (TestWorkerContext context = TestWorkerContext.open(data, settings(shared));
                DockerBuild build = (DockerBuild) new DockerBuildProvider().create(context);
                DockerRun execute = (DockerRun) new DockerRunProvider().create(context);
                ObservedRun run = new ObservedRun(directory)) {
            ImageEnvironment image = build.build(inputs.algorithm(), run);
            Path output = execute.execute(new Execution<>(inputs, image, arguments), run)
                    .output();
            assertThat(JsonParser.parseString(Files.readString(output))).isEqualTo(JsonParser.parseString("""
                            {"read": "123", "mounted": [true, true, false], "readOnly": [true, true, true, true],
                             "seen": ["/inputs/0/tiny_data.csv", "/inputs/1/tiny_model.sav", "/inputs/2/same name",
                                      "/inputs/3/same name/file"],
                             "rows": 4}"""));
            assertThat(execute.awaitPreStarted(image, 0)).isFalse();
        }
    }

    private static Settings settings(String shared) {
        return AvailableEngine.with(
                Map.of("WORKER_BASE_IMAGE", AvailableEngine.BASE_IMAGE, "TEWORKER_DOCKER_SHARED", shared));
    }
}
