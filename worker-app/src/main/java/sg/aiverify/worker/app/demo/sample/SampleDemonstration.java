package sg.aiverify.worker.app.demo.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.Worker;
import sg.aiverify.worker.WorkerSettings;
import sg.aiverify.worker.app.demo.DemoRun;
import sg.aiverify.worker.app.demo.Demonstration;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.files.internal.DirectoryTree;
import sg.aiverify.worker.gateway.RunStatus;
import sg.aiverify.worker.gateway.internal.GatewaySettings;
import sg.aiverify.worker.python.InterpreterFinder;
import sg.aiverify.worker.python.PythonInterpreter;
import sg.aiverify.worker.queue.valkey.internal.ValkeySettings;
import sg.aiverify.worker.run.internal.DaemonThreads;
import sg.aiverify.worker.run.internal.ResourceStack;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.task.TaskParser;
import sg.aiverify.worker.testkit.gateway.RunOrder;
import sg.aiverify.worker.testkit.gateway.StrictGateway;
import sg.aiverify.worker.testkit.gateway.ValkeyTaskSink;
import sg.aiverify.worker.testkit.python.EngineInterpreter;
import sg.aiverify.worker.testkit.samples.SampleData;
import sg.aiverify.worker.testkit.valkey.EmbeddedValkey;

/** Trains models, and runs the sample algorithms on them. */
public final class SampleDemonstration implements Demonstration {
    private static final Logger log = LogManager.getLogger(SampleDemonstration.class);
    private static final Duration CANCEL_LIMIT = Duration.ofHours(1);

    private final ResourceStack started = new ResourceStack();
    private final List<DemoRun> runs = new ArrayList<>();
    private final Map<String, String> variables;
    private @Nullable Supplier<List<String>> guide;

    private SampleDemonstration(Map<String, String> variables) {
        this.variables = variables;
    }

    /** Starts the demonstration. The service loader finds this class by its name. */
    public static final class Start implements Starter {
        /** Creates the starter. */
        public Start() {}

        @Override
        public Demonstration start(Settings settings, Map<String, String> variables, Consumer<String> step)
                throws InterruptedException {
            SampleDemonstration demonstration = new SampleDemonstration(variables);
            try {
                demonstration.begin(settings, step);
                return demonstration;
            } catch (InterruptedException | RuntimeException e) {
                demonstration.close();
                throw e;
            }
        }
    }

    private void begin(Settings settings, Consumer<String> step) throws InterruptedException {
        step.accept("Searching for a Python with the test engine (installing the engine takes one or two minutes)");
        PythonInterpreter python = python(settings);
        step.accept("Training models with Python " + python.version());
        SampleData data = SampleData.make(
                python.executable(), WorkerSettings.dataDirectory(settings).resolve("demo"));

        EmbeddedValkey valkey = opened(EmbeddedValkey.start());
        ValkeyTaskSink sink = opened(new ValkeyTaskSink(valkey.host(), valkey.port()));
        StrictGateway gateway = opened(StrictGateway.start(sink));
        step.accept("Started " + valkey.version() + " on port " + valkey.port() + " and a gateway at " + gateway.url());

        Path algorithms = temporaryDirectory();
        started.add(() -> DirectoryTree.delete(algorithms));
        List<SampleRun> samples = SampleRun.prepare(gateway, data, algorithms);
        Worker worker = opened(Worker.builder()
                .settings(settings.over(overrides(valkey, gateway, python), "demo"))
                .variables(variables)
                .build());
        worker.start();
        for (SampleRun sample : samples) {
            GatewayRun run = new GatewayRun(gateway, gateway.startRun(sample.order()), sample);
            runs.add(run);
            if (sample.expected() == RunStatus.CANCELLED) {
                cancelOnceItRuns(gateway, run);
            }
        }
        RunOrder more = samples.get(0).order();
        guide = () -> new DemoGuide(
                        valkey.version(),
                        valkey.host(),
                        valkey.port(),
                        gateway.url(),
                        gateway.addRun(more),
                        TaskParser.parse(gateway.addRun(more)).id(),
                        more)
                .lines(variables);
        step.accept("Submitted " + runs.size() + " runs");
    }

    private static PythonInterpreter python(Settings settings) throws InterruptedException {
        try {
            return EngineInterpreter.on(settings.find(InterpreterFinder.PYTHON).orElse(""));
        } catch (IllegalStateException e) {
            throw new InfrastructureException(
                    FailureText.withOutput("Could not install the test engine", String.valueOf(e.getMessage())), e);
        }
    }

    private static Map<String, String> overrides(
            EmbeddedValkey valkey, StrictGateway gateway, PythonInterpreter python) {
        Map<String, String> overrides = new HashMap<>();
        // A blank value counts as not set. No setting for the operator's queue may apply to the queue of the
        // demonstration.
        for (Setting<?> setting : ValkeySettings.all()) {
            overrides.put(setting.name(), "");
        }
        for (Stage stage : Stage.values()) {
            overrides.put(stage.setting().name(), "");
        }
        overrides.put(ValkeySettings.HOST.name(), valkey.host());
        overrides.put(ValkeySettings.PORT.name(), Integer.toString(valkey.port()));
        overrides.put(GatewaySettings.APIGW_URL.name(), gateway.url().toString());
        overrides.put(InterpreterFinder.PYTHON.name(), python.executable().toString());
        return overrides;
    }

    private void cancelOnceItRuns(StrictGateway gateway, GatewayRun run) {
        Thread thread = DaemonThreads.start("demo-cancel", () -> {
            try {
                gateway.await(run.id(), CANCEL_LIMIT, "make progress", view -> view.progress() > 0);
                gateway.cancelRun(run.id());
            } catch (AssertionError | IllegalStateException e) {
                log.debug("Could not cancel the run {}", run.id(), e);
            }
        });
        started.add(thread::interrupt);
    }

    private <T extends AutoCloseable> T opened(T resource) {
        started.add(resource);
        return resource;
    }

    @Override
    public List<DemoRun> runs() {
        return List.copyOf(runs);
    }

    @Override
    public List<String> guide() {
        return Objects.requireNonNull(guide, "started").get();
    }

    @Override
    public void close() {
        started.close();
    }

    private static Path temporaryDirectory() {
        try {
            return Files.createTempDirectory("aiverify-worker-demo");
        } catch (IOException e) {
            throw new UncheckedIOException("could not create a temporary directory for the demo's algorithms", e);
        }
    }
}
