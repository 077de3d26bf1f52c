package sg.aiverify.worker.pipelines.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.pipelines.docker.internal.engine.DockerEngine;
import sg.aiverify.worker.pipelines.docker.machine.AvailableEngine;
import sg.aiverify.worker.pipelines.docker.machine.Need;
import sg.aiverify.worker.pipelines.docker.machine.Requires;
import sg.aiverify.worker.stage.AlgorithmOutput;
import sg.aiverify.worker.stage.Execution;
import sg.aiverify.worker.stage.ImageEnvironment;
import sg.aiverify.worker.stage.TestInputs;
import sg.aiverify.worker.testkit.python.EngineInterpreter;
import sg.aiverify.worker.testkit.samples.PackageFolder;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyInputs;
import sg.aiverify.worker.testkit.stage.ObservedRun;
import sg.aiverify.worker.testkit.stage.TestWorkerContext;

@Requires(Need.BASE_IMAGE)
class DockerModulesTest {
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
    @Tag("slow")
    void aRunThatNeedsMoreMemoryThanItsLimitIsToldSo() {
        assertThatThrownBy(() ->
                        run("self.results = {'n': len(bytearray(1 << 30))}", Map.of("TEWORKER_TASK_MEMORY_MB", "400")))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageStartingWith("Failed to run algorithm: it ran out of memory: the limit is 400 MiB,"
                        + " set by TEWORKER_TASK_MEMORY_MB");
    }

    @Test
    @Tag("slow")
    void aKillIsNoMatterOfMemoryWhereNoneWasCountedAndACrashIsShownWithoutTheRunner() {
        assertThatThrownBy(() -> run("""
                import faulthandler, os, signal
                faulthandler.dump_traceback()
                os.kill(os.getpid(), signal.SIGKILL)
                """, Map.of()))
                .isExactlyInstanceOf(InfrastructureException.class)
                .hasMessageStartingWith("Failed to run algorithm: its process was killed by SIGKILL, sent by the"
                        + " algorithm or by another process; its memory did not run out\n")
                .hasMessageMatching("(?s).*most recent call first\\):\n  File \"[^/].*")
                .hasMessageNotContaining("runner.py");
    }

    @Test
    void aRunIsLockedIn() throws InterruptedException {
        AlgorithmOutput output = run("""
                import os, socket
                status = Path('/proc/self/status').read_text()
                def writes(path):
                    try:
                        Path(path).write_text('x')
                        return True
                    except OSError:
                        return False
                self.results = {
                    'uid': os.getuid(), 'interfaces': [name for _, name in socket.if_nameindex()],
                    'capabilities': [line.split()[1] for line in status.splitlines() if line.startswith('CapBnd')],
                    'privileges': [line.split()[1] for line in status.splitlines() if line.startswith('NoNewPrivs')],
                    'root': writes('/etc/x'), 'inputs': writes('/aiverify/x'), 'scratch': writes('/tmp/x')}
                """, Map.of());
        assertThat(output.output())
                .content()
                .contains("\"uid\":10001", "\"capabilities\":[\"0000000000000000\"]", "\"privileges\":[\"1\"]")
                .contains("\"root\":false", "\"inputs\":false", "\"scratch\":true")
                .contains("\"interfaces\":[\"lo\"");
    }

    @Test
    @Tag("slow")
    void whatTheBaseImageLacksIsInstalledOnceForAllThatRequireIt() throws InterruptedException {
        try (TestWorkerContext context = host(
                        Map.of("PYTHON", EngineInterpreter.get().executable().toString()));
                DockerBuild build = (DockerBuild) new DockerBuildProvider().create(context);
                DockerRun execute = (DockerRun) new DockerRunProvider().create(context);
                ObservedRun run = new ObservedRun(directory);
                ObservedRun other = new ObservedRun(directory)) {
            TinyInputs files = TinyInputs.write(directory.resolve("inputs"));
            TinyAlgorithm first = TinyAlgorithm.write(directory, "first")
                    .requiring("pyfiglet==1.0.2")
                    .doing("import pyfiglet; self.results = {'v': pyfiglet.__version__}");
            TestInputs inputs = new TestInputs(first.read(), files.model(), files.dataset(), null, Map.of());
            ImageEnvironment image = build.build(inputs.algorithm(), run);
            AlgorithmOutput output = execute.execute(new Execution<>(inputs, image, new JsonObject()), run);
            assertThat(output.output()).content().contains("1.0.2");

            TinyAlgorithm second = TinyAlgorithm.write(directory, "second")
                    .requiring("pyfiglet==1.0.2")
                    .doing("pass");
            List<String> layers = layers(image);
            assertThat(layers(build.build(second.read(), other)))
                    .startsWith(layers.subList(0, layers.size() - 1).toArray(new String[0]));
        }
    }

    @Test
    void nothingOfAPackageRunsWhileItsImageIsMade() throws InterruptedException {
        PackageFolder packages = new PackageFolder(directory.resolve("packages"));
        String line = "import os, sys; exec(\"try: open(sys.prefix + '/started', 'a')\\nexcept OSError: pass\")\n";
        packages.wheel("starts_up", Map.of("starts_up.pth", line, "sitecustomize.py", line));
        Map<String, String> variables = new HashMap<>(System.getenv());
        variables.put("PIP_FIND_LINKS", packages.directory().toString());
        variables.put("PIP_NO_INDEX", "1");
        try (TestWorkerContext context = host(
                        Map.of("PYTHON", EngineInterpreter.get().executable().toString()));
                DockerBuild build = (DockerBuild) new DockerBuildProvider().create(context.withVariables(variables));
                DockerRun execute = (DockerRun) new DockerRunProvider().create(context);
                ObservedRun run = new ObservedRun(directory)) {
            TinyInputs files = TinyInputs.write(directory.resolve("inputs"));
            TinyAlgorithm algorithm = TinyAlgorithm.write(directory, "starting")
                    .requiring("starts-up==1.0")
                    .doing("self.results = {'installed': 'sitecustomize' in sys.modules, 'started':"
                            + " os.path.exists(sys.prefix + '/started')}");
            TestInputs inputs = new TestInputs(algorithm.read(), files.model(), files.dataset(), null, Map.of());
            ImageEnvironment image = build.build(inputs.algorithm(), run);

            assertThat(execute.execute(new Execution<>(inputs, image, new JsonObject()), run)
                            .output())
                    .content()
                    .contains("\"installed\":true", "\"started\":false");
        }
    }

    private List<String> layers(ImageEnvironment image) {
        return engine.client()
                .inspectImageCmd(image.reference())
                .exec()
                .getRootFS()
                .getLayers();
    }

    @Test
    void aBaseImageThatIsMissingIsRefusedWithTheWayToGetIt() {
        try (TestWorkerContext context = host(Map.of("WORKER_BASE_IMAGE", "no-such-image"))) {
            assertThatThrownBy(() -> new DockerBuildProvider().create(context))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContainingAll("no-such-image", "docker pull", "WORKER_BASE_IMAGE");
        }
    }

    private TestWorkerContext host(Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(Map.of("WORKER_BASE_IMAGE", AvailableEngine.BASE_IMAGE));
        all.putAll(settings);
        return TestWorkerContext.open(directory.resolve("data"), AvailableEngine.with(all));
    }

    private AlgorithmOutput run(String body, Map<String, String> settings) throws InterruptedException {
        TinyInputs files = TinyInputs.write(directory.resolve("inputs"));
        TestInputs inputs = new TestInputs(
                TinyAlgorithm.write(directory, "tiny").doing(body).read(),
                files.model(),
                files.dataset(),
                null,
                Map.of());
        TestWorkerContext context = host(settings);
        ObservedRun run = new ObservedRun(directory);
        try (context;
                DockerBuild build = (DockerBuild) new DockerBuildProvider().create(context);
                DockerRun execute = (DockerRun) new DockerRunProvider().create(context)) {
            ImageEnvironment image = build.build(inputs.algorithm(), run);
            return execute.execute(new Execution<>(inputs, image, new JsonObject()), run);
        }
    }
}
