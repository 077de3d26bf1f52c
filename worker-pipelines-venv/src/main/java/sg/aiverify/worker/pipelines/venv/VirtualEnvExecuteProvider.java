package sg.aiverify.worker.pipelines.venv;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apiguardian.api.API;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.engine.EngineSettings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.isolation.HostPython;
import sg.aiverify.worker.isolation.Isolation;
import sg.aiverify.worker.python.AlgorithmRunner;
import sg.aiverify.worker.python.InterpreterFinder;
import sg.aiverify.worker.python.PythonInterpreter;
import sg.aiverify.worker.python.PythonScripts;
import sg.aiverify.worker.python.RunVariables;
import sg.aiverify.worker.python.StallWatch;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.stage.StageModule;
import sg.aiverify.worker.stage.WorkerContext;

/** Provides the module {@code virtual_env_execute}, which runs algorithms in Python processes on this machine. */
@API(status = EXPERIMENTAL, since = "1.0")
public final class VirtualEnvExecuteProvider implements ModuleProvider {
    @Override
    public Stage stage() {
        return Stage.PIPELINE_EXECUTE;
    }

    @Override
    public String name() {
        return "virtual_env_execute";
    }

    @Override
    public Collection<Setting<?>> settings() {
        List<Setting<?>> settings = new ArrayList<>(Isolation.settings());
        settings.add(EngineSettings.CONCURRENCY);
        settings.add(InterpreterFinder.PYTHON);
        settings.add(StallWatch.LIMIT);
        return settings;
    }

    @Override
    public StageModule create(WorkerContext context) {
        int cores = Runtime.getRuntime().availableProcessors();
        int slots = context.settings().find(EngineSettings.CONCURRENCY).orElse(cores);
        PythonScripts scripts = PythonScripts.ofCore(context.dataDirectory());
        Isolation isolation = isolation(context, scripts);
        if (isolation.leavesFilesOpen()) {
            context.cache().distrust();
        }
        return new VirtualEnvExecute(
                new AlgorithmRunner(
                        scripts, new RunVariables(context.variables(), cores, slots), isolation, context.clock()),
                isolation,
                new StallWatch(context.settings().get(StallWatch.LIMIT)),
                context.secretFiles());
    }

    private Isolation isolation(WorkerContext context, PythonScripts scripts) {
        try {
            PythonInterpreter python = new InterpreterFinder(scripts, context.variables()).find(context.settings());
            return Isolation.choose(
                    context.settings(),
                    new HostPython(python.executable(), python.libraries(), scripts.directory()),
                    context.dataDirectory(),
                    context.variables().getOrDefault("PATH", ""));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConfigurationException("The start was interrupted while the worker tried sandboxes");
        }
    }
}
