package sg.aiverify.worker.pipelines.docker.internal.container;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.pipelines.docker.internal.engine.DockerEngine;
import sg.aiverify.worker.pipelines.docker.internal.engine.TarSource;
import sg.aiverify.worker.pipelines.docker.internal.settings.DockerSettings;
import sg.aiverify.worker.python.RunnerEvents;
import sg.aiverify.worker.python.SupervisedProcess;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.run.RunLimits;
import sg.aiverify.worker.run.RunNote;
import sg.aiverify.worker.stage.AlgorithmOutput;

/** One run in one container: starts it, waits for its end, and copies its output. */
public final class ContainerRun {
    private static final Logger log = LogManager.getLogger(ContainerRun.class);
    private static final int REACHABLE_CHECKS = 10;
    private static final Duration CHECK_INTERVAL = Duration.ofMillis(300);
    private static final String COMPUTING = "{\"event\": \"computing\"}";
    private final DockerEngine engine;
    private final DockerSettings settings;
    private final RunnerContainer container;
    private final RunContext run;
    private final RunnerEvents events;
    private final Runnable whenComputing;

    /** Creates the run; {@code whenComputing} is called when the inputs are loaded and the algorithm begins. */
    public ContainerRun(
            DockerEngine engine,
            DockerSettings settings,
            RunnerContainer container,
            RunContext run,
            Clock clock,
            Runnable whenComputing) {
        this.whenComputing = whenComputing;
        this.engine = engine;
        this.settings = settings;
        this.container = container;
        this.run = run;
        this.events = new RunnerEvents(clock, run::progress, run::note);
    }

    public AlgorithmOutput execute(TarSource.Content inputs, Path directory) throws InterruptedException {
        run.cancellation().throwIfCancelled();
        container.add(inputs);
        try {
            container.begin(this::onLine, line -> run.note(RunNote.output(line)));
            return outcome(directory);
        } catch (InterruptedException | RunCancelledException e) {
            // The thread of a cancelled run is also interrupted. The output shows how far the run got.
            run.cancellation().reason().ifPresent(reason -> {
                throw RunCancelledException.withOutput("the run was stopped: " + reason, container.errors());
            });
            throw e;
        }
    }

    private void onLine(String line) {
        events.accept(line);
        if (line.equals(COMPUTING)) {
            whenComputing.run();
        }
    }

    private AlgorithmOutput outcome(Path directory) throws InterruptedException {
        SupervisedProcess.Ending ending = container.await(run.cancellation());
        String errors = container.errors();
        log.debug("The container ended with {}; the end of its output:\n{}", ending, errors);
        if (ending.isSuccess()) {
            new RunOutput(engine, settings.outputMegabytes()).fetch(container.id(), events.artifacts(), directory);
        } else if (container.isOutOfMemory()) {
            throw outOfMemory(errors);
        } else if (container.isKilled()) {
            throw killed(errors);
        } else if (container.killsForMemory().isPresent()) {
            events.noteMemorySufficed();
        }
        return events.output(directory, ending, errors, run.attempt());
    }

    /** Returns the failure of a killed container. A stopping engine kills containers before it becomes unreachable. */
    private StageException killed(String errors) throws InterruptedException {
        for (int check = 0; check < REACHABLE_CHECKS; check++) {
            if (!engine.isReachable()) {
                return new ServiceUnavailableException(
                        DockerEngine.SERVICE, "The Docker engine was stopped while a container was running", null);
            }
            run.cancellation().sleep(CHECK_INTERVAL);
        }
        if (container.isOutOfMemory()) { // the engine may report this later than the container's end
            return outOfMemory(errors);
        }
        return retriedOnce(FailureText.withOutput(
                "Failed to run algorithm: its container was killed by SIGKILL, sent by another process, or by the"
                        + " system because the engine's memory ran out; the cause is not known"
                        + RunnerEvents.notAgain(run.attempt()),
                errors));
    }

    private StageException outOfMemory(String errors) {
        Optional<Integer> limit = settings.limits().memoryMegabytes();
        if (limit.isEmpty()) {
            return retriedOnce(FailureText.withOutput(
                    events.withError("Failed to run algorithm: it ran out of memory: it used all memory of the engine"
                            + RunnerEvents.notAgain(run.attempt())),
                    errors));
        }
        return new TaskFailedException(FailureText.withOutput(
                events.withError("Failed to run algorithm: it ran out of memory: the limit is " + limit.get()
                        + " MiB, set by " + RunLimits.MEMORY_MB.name()),
                errors));
    }

    /** Returns a failure that is retried once, since its cause may be outside the run. */
    private StageException retriedOnce(String text) {
        return run.attempt() > 1 ? new TaskFailedException(text) : new InfrastructureException(text);
    }
}
