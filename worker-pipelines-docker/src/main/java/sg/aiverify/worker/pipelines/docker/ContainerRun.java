package sg.aiverify.worker.pipelines.docker;

import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.pipeline.AlgorithmOutput;
import sg.aiverify.worker.python.RunnerEvents;
import sg.aiverify.worker.python.SupervisedProcess;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.run.RunLimits;
import sg.aiverify.worker.run.RunNote;

/** One run in one sandbox: told to begin, watched to its end, its output taken. */
final class ContainerRun {
    private static final Logger log = LogManager.getLogger(ContainerRun.class);
    private static final String COMPUTING = "{\"event\": \"computing\"}";
    private final DockerEngine engine;
    private final DockerSettings settings;
    private final Sandbox sandbox;
    private final RunContext run;
    private final RunnerEvents events;
    private final Runnable whenComputing;

    /** Calls back when the inputs are loaded and the algorithm's own work begins. */
    ContainerRun(
            DockerEngine engine,
            DockerSettings settings,
            Sandbox sandbox,
            RunContext run,
            Clock clock,
            Runnable whenComputing) {
        this.whenComputing = whenComputing;
        this.engine = engine;
        this.settings = settings;
        this.sandbox = sandbox;
        this.run = run;
        this.events = new RunnerEvents(clock, run::progress, run::note);
    }

    AlgorithmOutput execute(TarSource.Content inputs, Path directory) throws InterruptedException {
        run.cancellation().throwIfCancelled();
        sandbox.add(inputs);
        try {
            sandbox.go(this::hear, line -> run.note(RunNote.output(line)));
            return outcome(directory);
        } catch (InterruptedException | RunCancelledException e) {
            // Stopping a run interrupts its thread as well; what was written tells where it was.
            run.cancellation().reason().ifPresent(reason -> {
                throw RunCancelledException.withOutput("the run was stopped: " + reason, sandbox.errors());
            });
            throw e;
        }
    }

    private void hear(String line) {
        events.accept(line);
        if (line.equals(COMPUTING)) {
            whenComputing.run();
        }
    }

    private AlgorithmOutput outcome(Path directory) throws InterruptedException {
        SupervisedProcess.Ending ending = sandbox.await(run.cancellation());
        String errors = sandbox.errors();
        log.debug("It ended with {}; its output ended with:\n{}", ending, errors);
        if (ending.isSuccess()) {
            new RunOutput(engine, settings.outputMegabytes()).fetch(sandbox.container(), events.artifacts(), directory);
        } else if (Boolean.TRUE.equals(sandbox.state().getOOMKilled())) {
            throw outOfMemory(errors);
        } else if (sandbox.isKilled()) {
            throw KilledContainer.failure(engine, errors, run);
        }
        return events.output(directory, ending, errors, run.attempt());
    }

    private StageException outOfMemory(String errors) {
        Optional<Integer> limit = settings.limits().memoryMegabytes();
        if (limit.isEmpty()) {
            String text = FailureText.withOutput(
                    events.withError("Failed to run algorithm: it ran out of memory, all that the engine has"
                            + RunnerEvents.notAgain(run.attempt())),
                    errors);
            return run.attempt() > 1 ? new TaskFailedException(text) : new InfrastructureException(text);
        }
        return new TaskFailedException(FailureText.withOutput(
                events.withError("Failed to run algorithm: it ran out of memory, of " + limit.get()
                        + " MiB; the limit is " + RunLimits.MEMORY_MB.name()),
                errors));
    }
}
