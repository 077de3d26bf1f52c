package sg.aiverify.worker.pipelines.venv;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.engine.EngineSettings;
import sg.aiverify.worker.pipeline.Pipe;
import sg.aiverify.worker.pipeline.PipeHost;
import sg.aiverify.worker.pipeline.PipeProvider;
import sg.aiverify.worker.pipeline.Stage;
import sg.aiverify.worker.python.AlgorithmRunner;
import sg.aiverify.worker.python.PythonScripts;
import sg.aiverify.worker.python.RunVariables;
import sg.aiverify.worker.python.StallWatch;

/** Offers {@code virtual_env_execute}. */
public final class VirtualEnvExecuteProvider implements PipeProvider {
    private final Map<String, String> variables;

    /** Creates the provider for the environment variables of this process. */
    public VirtualEnvExecuteProvider() {
        this(System.getenv());
    }

    VirtualEnvExecuteProvider(Map<String, String> variables) {
        this.variables = Map.copyOf(variables);
    }

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
        return List.of(EngineSettings.CONCURRENCY, StallWatch.LIMIT);
    }

    @Override
    public Pipe create(PipeHost host) {
        int cores = Runtime.getRuntime().availableProcessors();
        int slots = host.settings().find(EngineSettings.CONCURRENCY).orElse(cores);
        return new VirtualEnvExecute(
                new AlgorithmRunner(
                        PythonScripts.ofCore(host.dataDirectory()),
                        new RunVariables(variables, cores, slots),
                        host.clock()),
                new StallWatch(host.settings().get(StallWatch.LIMIT)));
    }
}
