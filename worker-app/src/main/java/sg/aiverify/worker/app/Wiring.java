package sg.aiverify.worker.app;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.Worker;
import sg.aiverify.worker.WorkerSettings;
import sg.aiverify.worker.app.demo.Demonstration;
import sg.aiverify.worker.app.demo.SampleDemonstration;
import sg.aiverify.worker.app.doctor.Check;
import sg.aiverify.worker.app.doctor.DirectoryCheck;
import sg.aiverify.worker.app.doctor.DiskSpaceCheck;
import sg.aiverify.worker.app.doctor.GatewayCheck;
import sg.aiverify.worker.app.doctor.JavaCheck;
import sg.aiverify.worker.app.doctor.ModulesCheck;
import sg.aiverify.worker.app.doctor.PackageToolCheck;
import sg.aiverify.worker.app.doctor.PluginDirectoryCheck;
import sg.aiverify.worker.app.doctor.PythonCheck;
import sg.aiverify.worker.app.doctor.PythonLookup;
import sg.aiverify.worker.app.doctor.QueueCheck;
import sg.aiverify.worker.app.doctor.TestEngineCheck;
import sg.aiverify.worker.app.local.LocalEngine;
import sg.aiverify.worker.app.settings.AppSettings;
import sg.aiverify.worker.cache.DiskContentCache;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.engine.Outcome;
import sg.aiverify.worker.gateway.GatewaySettings;
import sg.aiverify.worker.pipeline.PipeProvider;
import sg.aiverify.worker.plugin.ProviderCatalog;
import sg.aiverify.worker.plugin.ProviderDiscovery;
import sg.aiverify.worker.python.InterpreterFinder;
import sg.aiverify.worker.python.PythonInterpreter;
import sg.aiverify.worker.python.PythonScripts;
import sg.aiverify.worker.queue.valkey.QueueOverview;
import sg.aiverify.worker.queue.valkey.ValkeySettings;
import sg.aiverify.worker.task.TaskParser;

/** Puts the commands together with the core. */
final class Wiring implements Parts {
    private static final Duration GATEWAY_LIMIT = Duration.ofSeconds(5);
    /** A small environment with the test engine, numpy and scikit-learn. */
    private static final long ENVIRONMENT_MIB = 1024;

    private final Map<String, String> environment;

    Wiring(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Collection<Setting<?>> settings(Settings given) {
        try (ProviderDiscovery discovery = new ProviderDiscovery()) {
            ProviderCatalog catalog = new ProviderCatalog();
            discovery.addInstalled(catalog);
            given.find(WorkerSettings.PLUGIN_DIR).ifPresent(directory -> discovery.addJars(directory, catalog));
            // A module may read a setting of the core's; the core's own definition counts.
            Map<String, Setting<?>> all = new LinkedHashMap<>();
            Stream.of(AppSettings.all(), WorkerSettings.all(), catalog.settings())
                    .flatMap(Collection::stream)
                    .forEach(setting -> all.putIfAbsent(setting.name(), setting));
            return all.values();
        }
    }

    @Override
    public Service service(Settings settings) {
        Worker worker = Worker.builder().settings(settings).build();
        return new Service() {
            @Override
            public void start() {
                worker.start();
            }

            @Override
            public void awaitStop() throws InterruptedException {
                worker.awaitStop();
            }

            @Override
            public void stop(Duration grace) throws InterruptedException {
                worker.stop(grace);
            }

            @Override
            public void close() {
                worker.close();
            }
        };
    }

    @Override
    public List<Check> checks(Settings settings, Path directory) {
        Path data = WorkerSettings.dataDirectory(settings);
        PythonLookup python = python(settings, data);
        ValkeySettings valkey = ValkeySettings.from(settings);
        List<Check> checks = new ArrayList<>(List.of(
                new JavaCheck(Runtime.version()),
                new DirectoryCheck(
                        "Data directory", data, "let the worker's user write there, or set TEWORKER_DATA_DIR"),
                new DiskSpaceCheck(data, ENVIRONMENT_MIB, settings.get(DiskContentCache.MAX_MB)),
                new PythonCheck(python),
                new TestEngineCheck(python),
                new PackageToolCheck(python, "uv"),
                new ModulesCheck(
                        settings,
                        () -> Worker.builder().settings(settings).build().close()),
                new QueueCheck(valkey.address(), () -> QueueOverview.of(valkey)),
                new GatewayCheck(settings.get(GatewaySettings.APIGW_URL).toString(), GATEWAY_LIMIT)));
        settings.find(WorkerSettings.PLUGIN_DIR).ifPresent(plugins -> checks.add(new PluginDirectoryCheck(plugins)));
        return checks;
    }

    private PythonLookup python(Settings settings, Path data) {
        return new PythonLookup() {
            private @Nullable Interpreter found;

            @Override
            public Interpreter find() throws InterruptedException {
                if (found == null) {
                    PythonInterpreter python =
                            new InterpreterFinder(PythonScripts.ofCore(data), environment).find(settings);
                    found = new Interpreter(python.executable().toString(), python.version());
                }
                return found;
            }
        };
    }

    @Override
    public LocalEngine localEngine() {
        return (settings, providers) -> {
            Worker.Builder builder = Worker.builder().settings(settings);
            for (PipeProvider provider : providers) {
                builder.provider(provider);
            }
            Worker worker = builder.build();
            return new LocalEngine.Open() {
                @Override
                public Outcome run(String taskJson) throws InterruptedException {
                    return worker.run(TaskParser.parse(taskJson));
                }

                @Override
                public void close() {
                    worker.close();
                }
            };
        };
    }

    @Override
    public Demonstration.Starter demonstration() {
        return SampleDemonstration::start;
    }
}
