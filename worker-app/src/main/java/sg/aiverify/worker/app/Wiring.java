package sg.aiverify.worker.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.Worker;
import sg.aiverify.worker.WorkerSettings;
import sg.aiverify.worker.app.doctor.Check;
import sg.aiverify.worker.app.doctor.DirectoryCheck;
import sg.aiverify.worker.app.doctor.DiskSpaceCheck;
import sg.aiverify.worker.app.doctor.GatewayCheck;
import sg.aiverify.worker.app.doctor.HttpCheck;
import sg.aiverify.worker.app.doctor.IsolationCheck;
import sg.aiverify.worker.app.doctor.JavaCheck;
import sg.aiverify.worker.app.doctor.ModulesCheck;
import sg.aiverify.worker.app.doctor.PackageToolCheck;
import sg.aiverify.worker.app.doctor.PluginDirectoryCheck;
import sg.aiverify.worker.app.doctor.PythonCheck;
import sg.aiverify.worker.app.doctor.PythonLookup;
import sg.aiverify.worker.app.doctor.QueueCheck;
import sg.aiverify.worker.app.doctor.SettingsCheck;
import sg.aiverify.worker.app.doctor.TestEngineCheck;
import sg.aiverify.worker.app.doctor.VariablesCheck;
import sg.aiverify.worker.app.http.HttpBinding;
import sg.aiverify.worker.app.local.LocalWorker;
import sg.aiverify.worker.app.settings.AppSettings;
import sg.aiverify.worker.app.settings.KnownSettings;
import sg.aiverify.worker.app.settings.LoadedSettings;
import sg.aiverify.worker.cache.internal.DiskContentCache;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.engine.Outcome;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.WorkerException;
import sg.aiverify.worker.files.internal.DirectoryTree;
import sg.aiverify.worker.gateway.internal.GatewaySettings;
import sg.aiverify.worker.plugin.internal.ProviderCatalog;
import sg.aiverify.worker.plugin.internal.ProviderDiscovery;
import sg.aiverify.worker.python.InterpreterFinder;
import sg.aiverify.worker.python.PackageIndexes;
import sg.aiverify.worker.python.PackageInstaller;
import sg.aiverify.worker.python.PythonInterpreter;
import sg.aiverify.worker.python.PythonScripts;
import sg.aiverify.worker.queue.memory.InMemoryTaskQueue;
import sg.aiverify.worker.queue.valkey.internal.QueueOverview;
import sg.aiverify.worker.queue.valkey.internal.ValkeySettings;
import sg.aiverify.worker.stage.IsolationNote;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.task.TaskParser;

/** Creates the parts of worker-core that the commands need, and connects the commands to them. */
final class Wiring implements Parts {
    private static final Duration GATEWAY_LIMIT = Duration.ofSeconds(5);
    /** The size of a small environment with the test engine, numpy and scikit-learn, in MiB. */
    private static final long ENVIRONMENT_MIB = 1024;

    private static final Logger log = LogManager.getLogger(Wiring.class);

    /** The name of the only module that uses this machine's Python for more than resolving packages. */
    private static final String VIRTUAL_ENV = "virtual_env";

    private final Map<String, String> environment;

    Wiring(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public KnownSettings settings(Settings given) {
        try (ProviderDiscovery discovery = new ProviderDiscovery()) {
            ProviderCatalog catalog = new ProviderCatalog();
            discovery.addInstalled(catalog);
            addPlugIns(given, discovery, catalog);
            return new KnownSettings(
                    settings(catalog.settings()).values(),
                    settings(catalog.settingsOfPicked(given)).values());
        }
    }

    // A module may define a setting that the core also defines. The core's definition has priority.
    private static Map<String, Setting<?>> settings(Collection<Setting<?>> ofModules) {
        Map<String, Setting<?>> all = new LinkedHashMap<>();
        Stream.of(AppSettings.all(), WorkerSettings.all(), ofModules)
                .flatMap(Collection::stream)
                .forEach(setting -> all.putIfAbsent(setting.name(), setting));
        return all;
    }

    // Ignores problems of the plug-in directory, since they are reported when a worker is created.
    private static void addPlugIns(Settings given, ProviderDiscovery discovery, ProviderCatalog catalog) {
        try {
            given.find(WorkerSettings.PLUGIN_DIR).ifPresent(directory -> discovery.addJars(directory, catalog));
        } catch (ConfigurationException e) {
            log.debug("Could not read the settings of the plug-ins", e);
        }
    }

    @Override
    public Service service(Settings settings) {
        return WorkerService.of(settings, environment);
    }

    @Override
    public List<Check> checks(LoadedSettings loaded) {
        // SettingsCheck reports the wrong values; the other checks run without them.
        Settings settings = loaded.settings().usable(settings(loaded.settings()).all());
        Path data = WorkerSettings.dataDirectory(settings);
        PythonLookup python = python(settings);
        ModulesTrial modules = new ModulesTrial(settings);
        List<Check> checks = new ArrayList<>(List.of(
                new JavaCheck(Runtime.version(), FileNames.limit()),
                new SettingsCheck(loaded.problems()),
                new VariablesCheck(loaded.notices()),
                new DirectoryCheck(
                        "Data directory", data, "allow the worker's user to write there, or set TEWORKER_DATA_DIR"),
                new DiskSpaceCheck(data, ENVIRONMENT_MIB, settings.get(DiskContentCache.MAX_MB)),
                new PythonCheck(python),
                new ModulesCheck(settings, () -> modules.findings().problems(), otherChecks(settings, python)),
                new IsolationCheck(() -> modules.findings().isolation()),
                new QueueCheck(
                        settings.get(ValkeySettings.HOST) + ":" + settings.get(ValkeySettings.PORT),
                        () -> QueueOverview.of(ValkeySettings.from(settings))),
                new GatewayCheck(() -> GatewaySettings.of(settings), GATEWAY_LIMIT),
                new HttpCheck(() -> HttpBinding.of(settings))));
        if (settings.get(Stage.PIPELINE_BUILD.setting()).equals(VIRTUAL_ENV)) {
            checks.add(new TestEngineCheck(python));
            checks.add(new PackageToolCheck(python, "uv", () -> indexes(settings)));
        }
        settings.find(WorkerSettings.PLUGIN_DIR).ifPresent(plugins -> checks.add(new PluginDirectoryCheck(plugins)));
        return checks;
    }

    private static List<ModulesCheck.OtherCheck> otherChecks(Settings settings, PythonLookup python) {
        return List.of(
                new ModulesCheck.OtherCheck("Data directory", problem -> problem.startsWith("The data directory ")),
                new ModulesCheck.OtherCheck("Plug-ins", problem -> problem.startsWith("The plug-in directory ")),
                new ModulesCheck.OtherCheck(
                        "API gateway",
                        problem -> failure(() -> GatewaySettings.of(settings)).contains(problem)),
                new ModulesCheck.OtherCheck(
                        "Python", problem -> failure(python::find).contains(problem)));
    }

    /** Returns the lines of the error if the lookup fails, else an empty list. */
    private static List<String> failure(Lookup lookup) {
        try {
            lookup.run();
            return List.of();
        } catch (WorkerException e) {
            return String.valueOf(e.getMessage()).lines().toList();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    /** Looks up a part of the worker, and throws a {@link WorkerException} if this part cannot be used. */
    @FunctionalInterface
    private interface Lookup {
        void run() throws InterruptedException;
    }

    /** Creates the modules as a start of the worker does, once for all checks that need them. Not thread-safe. */
    private final class ModulesTrial {
        private final Settings settings;
        private @Nullable Findings found;

        ModulesTrial(Settings settings) {
            this.settings = settings;
        }

        /** The problems and the isolation that the modules report. */
        private record Findings(List<String> problems, Optional<IsolationNote> isolation) {}

        Findings findings() {
            if (found == null) {
                try (Worker worker = withoutQueue(settings).build()) {
                    found = new Findings(worker.problems(), worker.isolation());
                }
            }
            return found;
        }
    }

    /** Returns the builder of a worker that does not depend on the queue's settings. */
    private Worker.Builder withoutQueue(Settings settings) {
        return Worker.builder()
                .settings(settings)
                .variables(environment)
                .secret(AppSettings.HTTP_TOKEN_FILE)
                .queue(new InMemoryTaskQueue(Duration.ofMinutes(1)));
    }

    private PythonLookup python(Settings settings) {
        return new PythonLookup() {
            private @Nullable Interpreter found;

            @Override
            public Interpreter find() throws InterruptedException {
                if (found == null) {
                    found = ask(settings);
                }
                return found;
            }
        };
    }

    // Writes the scripts to a temporary directory, since the data directory may be unusable.
    private PythonLookup.Interpreter ask(Settings settings) throws InterruptedException {
        return withPython(
                settings,
                (python, directory) ->
                        new PythonLookup.Interpreter(python.executable().toString(), python.version()));
    }

    private PackageIndexes indexes(Settings settings) throws InterruptedException {
        return withPython(
                settings,
                (python, directory) -> new PackageInstaller(
                                PythonScripts.ofCore(directory), settings, directory, environment, false)
                        .indexes(python));
    }

    /** A query that an interpreter answers. */
    @FunctionalInterface
    private interface Query<T> {
        T ask(PythonInterpreter python, Path directory) throws InterruptedException;
    }

    private <T> T withPython(Settings settings, Query<T> query) throws InterruptedException {
        try {
            Path scripts = Files.createTempDirectory("aiverify-worker-doctor");
            try {
                PythonInterpreter python =
                        new InterpreterFinder(PythonScripts.ofCore(scripts), environment).find(settings);
                return query.ask(python, scripts);
            } finally {
                DirectoryTree.delete(scripts);
            }
        } catch (IOException e) {
            throw new InfrastructureException(
                    "Could not check Python: no file can be created in " + System.getProperty("java.io.tmpdir"), e);
        }
    }

    @Override
    public LocalWorker.Factory localWorkers() {
        return (settings, providers, listener) -> {
            Worker.Builder builder = withoutQueue(settings).listener(listener);
            for (ModuleProvider provider : providers) {
                builder.provider(provider);
            }
            Worker worker = builder.build();
            return new LocalWorker() {
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
}
