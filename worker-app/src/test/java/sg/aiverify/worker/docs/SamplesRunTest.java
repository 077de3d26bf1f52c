package sg.aiverify.worker.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;
import sg.aiverify.worker.Worker;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.e2e.JavaCommand;
import sg.aiverify.worker.gateway.RunStatus;
import sg.aiverify.worker.listener.RunListener;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.task.ModelType;
import sg.aiverify.worker.testkit.gateway.Fault;
import sg.aiverify.worker.testkit.gateway.RegisteredAlgorithm;
import sg.aiverify.worker.testkit.gateway.RunOrder;
import sg.aiverify.worker.testkit.gateway.RunView;
import sg.aiverify.worker.testkit.gateway.StrictGateway;
import sg.aiverify.worker.testkit.gateway.ValkeyTaskSink;
import sg.aiverify.worker.testkit.python.EngineInterpreter;
import sg.aiverify.worker.testkit.samples.MisbehavingAlgorithm;
import sg.aiverify.worker.testkit.samples.SampleAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyInputs;
import sg.aiverify.worker.testkit.valkey.EmbeddedValkey;

/** Runs the Java samples of the pages: programs as processes, tests with JUnit's launcher, modules in a worker. */
@Tag("slow")
class SamplesRunTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    Path directory;

    private final EmbeddedValkey valkey = EmbeddedValkey.start();
    private final ValkeyTaskSink sink = new ValkeyTaskSink(valkey.host(), valkey.port());
    private final StrictGateway gateway = StrictGateway.start(sink);

    @AfterEach
    void close() {
        gateway.close();
        sink.close();
        valkey.close();
    }

    @Test
    void theEmbeddedWorkerDoesARunLogsItAndEndsUponSigterm() throws Exception {
        Sample.compileTo(
                directory,
                Sample.from("embedding.md", "EmbeddedWorker")
                        .with("http://127.0.0.1:4000", gateway.url().toString())
                        .with(
                                "\"VALKEY_HOST_ADDRESS\"",
                                "\"VALKEY_PORT\", \"" + valkey.port() + "\", \"VALKEY_HOST_ADDRESS\"")
                        .with("python3.11", EngineInterpreter.get().executable().toString())
                        .with(
                                "/var/lib/aiverify-worker",
                                directory.resolve("data").toString()));
        Files.writeString(
                directory.resolve("log4j2.xml"),
                Sample.from("embedding.md", "log4j2").text());
        Path log = directory.resolve("log");
        Process worker = start(directory, log, Map.of(), "EmbeddedWorker");
        try {
            String run = gateway.startRun(order(SampleAlgorithm.DATA_QUALITY.extract(directory.resolve("algorithms"))));
            assertSuccess(run, log);
            worker.destroy();

            assertThat(worker.waitFor(1, TimeUnit.MINUTES)).isTrue();
            assertThat(worker.exitValue()).isEqualTo(143);
            assertThat(log)
                    .content()
                    .containsPattern("(?m)^\\S+ INFO  \\[" + run + "\\] engine: Succeeded after ")
                    .containsOnlyOnce("INFO  worker: This is the worker java-")
                    .containsOnlyOnce("INFO  engine: Ready: receiving tasks from Valkey at 127.0.0.1:");
        } finally {
            worker.destroyForcibly();
        }
    }

    @Test
    void theLocalWorkerLeavesTheResultInAFile() throws Exception {
        Sample.compileTo(directory, Sample.from("embedding.md", "LocalWorker"));
        Path in = Files.createDirectories(directory.resolve("in"));
        TinyInputs tiny = TinyInputs.write(directory.resolve("tiny"));
        Files.copy(tiny.model(), in.resolve("model.sav"));
        Files.copy(tiny.dataset(), in.resolve("data.csv"));
        Files.move(SampleAlgorithm.DATA_QUALITY.extract(directory.resolve("algorithms")), in.resolve("algorithm"));
        Path out = directory.resolve("result.zip");

        Path usage = directory.resolve("usage");
        Process bare = start(directory, usage, Map.of(), "LocalWorker");
        assertThat(bare.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(bare.exitValue()).isEqualTo(2);
        assertThat(usage).content().contains("usage: LocalWorker FOLDER RESULT.zip");

        assertThat(localWorker(in, out)).content().contains("succeeded");
        assertThat(out).isNotEmptyFile();
        assertThat(localWorker(directory.resolve("inn"), out))
                .content()
                .contains("failed: download: There is no file or folder " + directory.resolve("inn/algorithm"));
    }

    /** Runs the sample to its end and returns its log. */
    private Path localWorker(Path in, Path out) throws Exception {
        Path log = directory.resolve("log");
        // The sample uses the first suitable Python on the PATH, and the user's cache directory.
        String path = EngineInterpreter.get().executable().getParent() + File.pathSeparator + System.getenv("PATH");
        Process worker = start(
                directory,
                log,
                Map.of("PATH", path),
                "-Duser.home=" + directory,
                "LocalWorker",
                in.toString(),
                out.toString());
        try {
            assertThat(worker.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } finally {
            worker.destroyForcibly();
        }
        return log;
    }

    @Test
    void theModulesAndTheShortPausesDoTheirPartOfARun() throws Exception {
        Sample.compileTo(
                directory,
                Sample.from("embedding.md", "HastyWorker"),
                Sample.from("embedding.md", "RunCounts"),
                Sample.own("Counts", """
                        public class Counts extends RunCounts {
                            @Override
                            public String toString() {
                                return ends + (executeMillis.sum() > 0 ? " executed" : "");
                            }
                        }
                        """),
                Sample.from("pipelines.md", "ShortArguments"),
                Sample.from("pipelines.md", "KeptUpload"),
                Sample.own("Hasty", """
                        public class Hasty {
                            public static sg.aiverify.worker.Worker.Builder builder(
                                    java.util.List<java.time.Duration> planned) {
                                return HastyWorker.builder(planned);
                            }
                        }
                        """),
                Sample.own("Kept", """
                        package example;

                        import sg.aiverify.worker.stage.*;

                        public record Kept(java.nio.file.Path directory) implements ModuleProvider {
                            @Override
                            public Stage stage() {
                                return Stage.UPLOAD;
                            }

                            @Override
                            public String name() {
                                return "kept";
                            }

                            @Override
                            public StageModule create(WorkerContext context) {
                                return new KeptUpload(directory, context.gateway());
                            }
                        }
                        """));
        Map<String, String> settings = new HashMap<>(valkey.environment());
        settings.put("APIGW_URL", gateway.url().toString());
        settings.put("PYTHON", EngineInterpreter.get().executable().toString());
        settings.put("TEWORKER_DATA_DIR", directory.resolve("data").toString());
        settings.put("PIPELINE_UPLOAD", "kept");
        settings.put("PIPELINE_VALIDATE_INPUT", "short_arguments");
        settings.put("SHORT_ARGUMENTS_LONGEST", "20");
        Path kept = Files.createDirectories(directory.resolve("kept"));
        List<Duration> planned = new ArrayList<>();
        gateway.inject(Fault.respond(503).on("GET", "/storage/models/.*").times(2));
        try (URLClassLoader classes = classes()) {
            ModuleProvider arguments = (ModuleProvider) classes.loadClass(
                            Sample.from("pipelines.md", "services").text().strip())
                    .getConstructor()
                    .newInstance();
            ModuleProvider upload = (ModuleProvider)
                    classes.loadClass("example.Kept").getConstructor(Path.class).newInstance(kept);
            Worker.Builder builder = (Worker.Builder)
                    classes.loadClass("Hasty").getMethod("builder", List.class).invoke(null, planned);
            RunListener counts =
                    (RunListener) classes.loadClass("Counts").getConstructor().newInstance();
            try (Worker worker = builder.settings(Settings.of(settings))
                    .variables(System.getenv())
                    .listener(counts)
                    .provider(arguments)
                    .provider(upload)
                    .build()) {
                worker.start();
                RunOrder order = order(MisbehavingAlgorithm.ECHOES.write(directory.resolve("algorithms")));
                String good = gateway.startRun(order);
                assertSuccess(good, kept);
                String bad = gateway.startRun(order.withArgument("text", "longer than allowed"));

                RunView refused = gateway.awaitEnd(bad, PATIENCE);
                assertThat(refused.status()).isEqualTo(RunStatus.ERROR);
                assertThat(refused.errorMessage()).contains("The arguments have 30 characters; at most 20 are allowed");
                assertThat(kept).isDirectoryContaining(file -> file.endsWith(good + ".zip"));
                sink.add("no task");
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(counts.toString())
                                .contains("SUCCEEDED=1", "FAILED=1", "INVALID=1")
                                .endsWith(" executed"));
            }
        }
        assertThat(planned).isNotEmpty();
        assertThat(gateway.breaches()).isEmpty();
    }

    @Test
    void theTestsOfTheTestingPagePassAsTheyAreCopied() throws Exception {
        Sample.compileTo(
                directory,
                Sample.from("testing.md", "WorkerTest"),
                Sample.from("testing.md", "CrashTest"),
                Sample.from("testing.md", "MyQueueTest"),
                Sample.from("testing.md", "MyExecutorTest"),
                provider("MyBuildProvider", "VirtualEnvBuildProvider"),
                provider("MyExecuteProvider", "VirtualEnvExecuteProvider"));
        try (URLClassLoader classes = classes()) {
            assertThat(passed(selectClass(classes.loadClass("WorkerTest")))).isEqualTo(1);
            assertThat(passed(selectClass(classes.loadClass("CrashTest")))).isEqualTo(1);
            assertThat(passed(selectClass(classes.loadClass("MyQueueTest")))).isGreaterThan(40);
            // The whole suite takes minutes; other tests run it with the modules of this project.
            assertThat(passed(selectMethod(classes.loadClass("MyExecutorTest"), "theResultIsWhatTheAlgorithmComputed")))
                    .isEqualTo(1);
        }
    }

    /** Runs tests that all must pass, and counts them. */
    private static long passed(DiscoverySelector tests) {
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(tests)
                                .build(),
                        listener);
        TestExecutionSummary summary = listener.getSummary();
        StringWriter failures = new StringWriter();
        summary.printFailuresTo(new PrintWriter(failures));
        assertThat(summary.getFailures()).as(failures.toString()).isEmpty();
        assertThat(summary.getTestsSucceededCount()).as("of those found").isEqualTo(summary.getTestsFoundCount());
        return summary.getTestsSucceededCount();
    }

    /** A module of a reader: a module of this project in another class. */
    private static Sample provider(String name, String other) {
        return Sample.own(name, """
                import java.util.Collection;
                import sg.aiverify.worker.config.Setting;
                import sg.aiverify.worker.stage.*;
                import sg.aiverify.worker.pipelines.venv.%2$s;

                record %1$s(ModuleProvider other) implements ModuleProvider {
                    %1$s() {
                        this(new %2$s());
                    }

                    @Override
                    public Stage stage() {
                        return other.stage();
                    }

                    @Override
                    public String name() {
                        return other.name();
                    }

                    @Override
                    public Collection<Setting<?>> settings() {
                        return other.settings();
                    }

                    @Override
                    public StageModule create(WorkerContext context) {
                        return other.create(context);
                    }
                }
                """.formatted(name, other));
    }

    private URLClassLoader classes() throws Exception {
        return new URLClassLoader(
                new URL[] {directory.toUri().toURL()}, getClass().getClassLoader());
    }

    private RunOrder order(Path algorithm) {
        TinyInputs tiny = TinyInputs.write(directory.resolve("tiny"));
        RegisteredAlgorithm registered = gateway.addAlgorithm(algorithm);
        String model = gateway.addModel(tiny.model(), ModelType.CLASSIFICATION);
        return RunOrder.of(registered, model, gateway.addDataset(tiny.dataset()));
    }

    private void assertSuccess(String run, Path log) {
        RunView view = gateway.awaitEnd(run, PATIENCE);
        assertThat(view.status()).as("%s, see %s", view, log).isEqualTo(RunStatus.SUCCESS);
    }

    /** Starts a class with the libraries of this test. */
    private static Process start(Path classes, Path log, Map<String, String> variables, String... arguments)
            throws Exception {
        List<String> command =
                JavaCommand.like("-cp", classes + File.pathSeparator + System.getProperty("java.class.path"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(variables);
        return builder.start();
    }
}
