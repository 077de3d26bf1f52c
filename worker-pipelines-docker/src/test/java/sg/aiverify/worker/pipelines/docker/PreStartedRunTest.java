package sg.aiverify.worker.pipelines.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.Container;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.pipelines.docker.internal.container.PreStartedContainers;
import sg.aiverify.worker.pipelines.docker.internal.engine.DockerEngine;
import sg.aiverify.worker.pipelines.docker.internal.engine.Labels;
import sg.aiverify.worker.pipelines.docker.machine.AvailableEngine;
import sg.aiverify.worker.pipelines.docker.machine.Need;
import sg.aiverify.worker.pipelines.docker.machine.Requires;
import sg.aiverify.worker.stage.Execution;
import sg.aiverify.worker.stage.ImageEnvironment;
import sg.aiverify.worker.stage.TestInputs;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyInputs;
import sg.aiverify.worker.testkit.stage.ObservedRun;
import sg.aiverify.worker.testkit.stage.TestWorkerContext;

@Tag("slow")
@Requires(Need.BASE_IMAGE)
class PreStartedRunTest {
    private static final long READY_SECONDS = 120;
    private final String instance = UUID.randomUUID().toString();

    @TempDir
    Path directory;

    private DockerEngine engine;
    private TestWorkerContext context;
    private DockerBuild build;
    private DockerRun execute;
    private TinyInputs files;

    @BeforeEach
    void open() {
        engine = AvailableEngine.open();
        files = TinyInputs.write(directory.resolve("inputs"));
        context = TestWorkerContext.open(directory.resolve("data"), settings("auto"));
        build = (DockerBuild) new DockerBuildProvider().create(context);
        execute = (DockerRun) new DockerRunProvider(instance).create(context);
    }

    @AfterEach
    void close() {
        if (context != null) {
            execute.close();
            build.close();
            context.close();
            assertThat(containers()).isEmpty();
        }
        engine.close();
    }

    @Test
    void aRunTakesTheContainerThatWaitsAndTheNextOneTakesAnother() throws Exception {
        TinyAlgorithm algorithm = algorithm("tells_host", "import socket; self.results = {'v': socket.gethostname()}");
        ImageEnvironment image = image(algorithm);
        String cold = value(execute, algorithm, image);
        String waited = waiting(image);
        String first = value(execute, algorithm, image);
        String waitedAgain = waiting(image);
        String second = value(execute, algorithm, image);

        assertThat(waited).startsWith(first);
        assertThat(waitedAgain).startsWith(second);
        assertThat(List.of(cold, first, second)).doesNotHaveDuplicates();
    }

    @Test
    void whatTheAlgorithmsFilesImportIsThereBeforeTheRun() throws Exception {
        TinyAlgorithm algorithm = algorithm(
                        "imports_late", "import sys; self.results = {'v': str('xml.dom.minidom' in sys.modules)}")
                .sourceFile("other.py", "from xml.dom import minidom\nraise SystemExit('is only read')\n");
        ImageEnvironment image = image(algorithm);
        value(execute, algorithm, image);
        waiting(image);

        assertThat(value(execute, algorithm, image)).isEqualTo("True");
    }

    @Test
    void aContainerThatWaitedIsLockedInAsAnyOther() throws Exception {
        TinyAlgorithm algorithm = algorithm("tells_all", """
                import os, sys
                import sklearn  # sets variables, and a container that waited has imported it
                status = Path('/proc/self/status').read_text().splitlines()
                kept = ('Uid', 'Gid', 'Groups', 'CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb', 'NoNewPrivs', 'Seccomp:')
                mounts = [line.split() for line in Path('/proc/self/mountinfo').read_text().splitlines()]
                places = sorted((m[4], m[5]) for m in mounts)
                variables = {k: v for k, v in os.environ.items() if k != 'HOSTNAME'}
                group = Path('/sys/fs/cgroup/memory/memory.limit_in_bytes')
                limit = group.read_text() if group.exists() else ''
                self.results = {'v': repr((
                    [line for line in status if line.startswith(kept)], places, variables, limit, os.getcwd(),
                    Path('/proc/self/limits').read_text(), sys.path, sys.argv, os.read(0, 1)))}
                """);
        ImageEnvironment image = image(algorithm);
        try (DockerRun cold = (DockerRun) new DockerRunProvider(instance).create(context.with(settings("off")))) {
            value(execute, algorithm, image);
            waiting(image);

            assertThat(value(execute, algorithm, image)).isEqualTo(value(cold, algorithm, image));
            assertThat(cold.awaitPreStarted(image, 0)).isFalse();
        }
    }

    @Test
    void aContainerThatDiedWhileItWaitedIsReplaced() throws Exception {
        TinyAlgorithm algorithm = algorithm("is_replaced", "self.results = {'v': 'done'}");
        ImageEnvironment image = image(algorithm);
        value(execute, algorithm, image);
        engine.client().killContainerCmd(waiting(image)).exec();

        assertThat(value(execute, algorithm, image)).isEqualTo("done");
        String next = waiting(image);
        engine.client().removeContainerCmd(next).withForce(true).exec();

        assertThat(value(execute, algorithm, image)).isEqualTo("done");
    }

    @Test
    void noMoreWaitThanThereMayBeRuns() throws Exception {
        TinyAlgorithm one = algorithm("one", "self.results = {'v': '1'}");
        TinyAlgorithm two = algorithm("two", "self.results = {'v': '2'}");
        ImageEnvironment first = image(one);
        ImageEnvironment second = image(two);
        value(execute, one, first);
        waiting(first);
        value(execute, two, second);
        waiting(second);

        assertThat(execute.awaitPreStarted(first, 0)).isFalse();
    }

    private static Settings settings(String warm) {
        return AvailableEngine.with(Map.of(
                "WORKER_BASE_IMAGE",
                AvailableEngine.BASE_IMAGE,
                "TEWORKER_WARM_RUNTIMES",
                warm,
                "TEWORKER_CONCURRENCY",
                "1",
                "TEWORKER_TASK_MEMORY_MB",
                "2048"));
    }

    private TinyAlgorithm algorithm(String name, String body) {
        return TinyAlgorithm.write(directory, name).doing(body);
    }

    private ImageEnvironment image(TinyAlgorithm algorithm) throws InterruptedException {
        try (ObservedRun run = new ObservedRun(directory)) {
            return build.build(algorithm.read(), run);
        }
    }

    /** Runs an algorithm; returns its result. */
    private String value(DockerRun pipe, TinyAlgorithm algorithm, ImageEnvironment image)
            throws InterruptedException, IOException {
        TestInputs inputs = new TestInputs(algorithm.read(), files.model(), files.dataset(), null, Map.of());
        try (ObservedRun run = new ObservedRun(directory)) {
            Path output = pipe.execute(new Execution<>(inputs, image, new JsonObject()), run)
                    .output();
            return JsonParser.parseString(Files.readString(output))
                    .getAsJsonObject()
                    .get("v")
                    .getAsString();
        }
    }

    /** Waits for the container of the next run; returns its id. */
    private String waiting(ImageEnvironment image) throws InterruptedException {
        assertThat(execute.awaitPreStarted(image, READY_SECONDS)).isTrue();
        List<String> found = containers().stream()
                .filter(container -> container.getNames()[0].startsWith("/" + PreStartedContainers.NAME_PREFIX))
                .map(Container::getId)
                .toList();
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    private List<Container> containers() {
        return engine.client()
                .listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(List.of(Labels.INSTANCE + "=" + instance))
                .exec();
    }
}
