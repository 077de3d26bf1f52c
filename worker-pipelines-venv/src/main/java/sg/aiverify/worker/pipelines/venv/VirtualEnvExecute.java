package sg.aiverify.worker.pipelines.venv;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import sg.aiverify.worker.isolation.Isolation;
import sg.aiverify.worker.python.AlgorithmRunner;
import sg.aiverify.worker.python.StallWatch;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.stage.AlgorithmOutput;
import sg.aiverify.worker.stage.ExecuteModule;
import sg.aiverify.worker.stage.Execution;
import sg.aiverify.worker.stage.IsolationNote;

/** Runs algorithms in Python processes on this machine. */
final class VirtualEnvExecute implements ExecuteModule<VirtualEnvironment> {
    private final AlgorithmRunner runner;
    private final Isolation isolation;
    private final StallWatch watch;
    private final Map<String, Path> secretFiles;

    VirtualEnvExecute(AlgorithmRunner runner, Isolation isolation, StallWatch watch, Map<String, Path> secretFiles) {
        this.runner = runner;
        this.isolation = isolation;
        this.watch = watch;
        this.secretFiles = Map.copyOf(secretFiles);
    }

    @Override
    public Optional<IsolationNote> isolation() {
        return Optional.of(isolation.note(secretFiles));
    }

    @Override
    public void close() {
        isolation.close();
    }

    @Override
    public Class<VirtualEnvironment> environmentType() {
        return VirtualEnvironment.class;
    }

    @Override
    public AlgorithmOutput execute(Execution<VirtualEnvironment> execution, RunContext run)
            throws InterruptedException {
        return watch.over(
                run.workDirectory(),
                run.cancellation(),
                () -> runner.run(execution.environment().python(), execution.inputs(), execution.arguments(), run));
    }
}
