package sg.aiverify.worker.pipelines.venv;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apiguardian.api.API;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.isolation.Isolation;
import sg.aiverify.worker.python.InterpreterFinder;
import sg.aiverify.worker.python.PackageIndexes;
import sg.aiverify.worker.python.PackageInstaller;
import sg.aiverify.worker.python.PythonInterpreter;
import sg.aiverify.worker.python.PythonScripts;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.stage.StageModule;
import sg.aiverify.worker.stage.WorkerContext;

/** Provides the module {@code virtual_env}, which builds a Python environment on this machine. */
@API(status = EXPERIMENTAL, since = "1.0")
public final class VirtualEnvBuildProvider implements ModuleProvider {
    /** Whether packages may be built from source distributions. A build runs the package's code. */
    public static final Setting<Boolean> ALLOW_SOURCE_BUILDS = Setting.flag(
                    "TEWORKER_ALLOW_SOURCE_BUILDS", false, "let pip and uv build packages from source")
            .inGroup("Runs")
            .withDetails("""
                    A build from source runs the package's own code in the sandbox of installers.
                    There the code reaches the network and can read the credentials of the index.
                    See [isolation.md](isolation.md#building-environments).
                    """);

    @Override
    public Stage stage() {
        return Stage.PIPELINE_BUILD;
    }

    @Override
    public String name() {
        return "virtual_env";
    }

    @Override
    public Collection<Setting<?>> settings() {
        List<Setting<?>> settings = new ArrayList<>(Isolation.settings());
        settings.addAll(List.of(InterpreterFinder.PYTHON, ALLOW_SOURCE_BUILDS));
        return settings;
    }

    @Override
    public StageModule create(WorkerContext context) {
        boolean allowSourceBuilds = context.settings().get(ALLOW_SOURCE_BUILDS);
        PythonScripts core = PythonScripts.ofCore(context.dataDirectory());
        PythonScripts own =
                PythonScripts.of(VirtualEnvBuildProvider.class, List.of("environment.py"), context.dataDirectory());
        PythonInterpreter interpreter = interpreter(context, core);
        PackageInstaller installer = new PackageInstaller(
                core, context.settings(), context.dataDirectory(), context.variables(), allowSourceBuilds);
        EnvironmentTools tools = new EnvironmentTools(interpreter, core, own, installer);
        PackageSource source = packageSource(installer, interpreter);
        return new VirtualEnvBuild(interpreter, tools, context.cache(), allowSourceBuilds, source);
    }

    private static PackageSource packageSource(PackageInstaller installer, PythonInterpreter interpreter) {
        try {
            PackageIndexes indexes = installer.indexes(interpreter);
            boolean uvIsAvailable = installer.uv(interpreter, indexes).isPresent();
            indexes.problem(uvIsAvailable).ifPresent(problem -> {
                throw new ConfigurationException(problem);
            });
            return new PackageSource(indexes.description(uvIsAvailable), indexes.leavesSettingsOut(uvIsAvailable));
        } catch (InfrastructureException e) {
            throw new ConfigurationException(List.of(String.valueOf(e.getMessage())), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConfigurationException("The start was interrupted while the worker looked for the package index");
        }
    }

    private PythonInterpreter interpreter(WorkerContext context, PythonScripts scripts) {
        try {
            return new InterpreterFinder(scripts, context.variables())
                    .find(context.settings(), context.dataDirectory());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConfigurationException("The start was interrupted while the worker looked for Python");
        }
    }
}
