package sg.aiverify.worker.engine;

import com.google.gson.JsonObject;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.Secrets;
import sg.aiverify.worker.engine.StageRunner.Position;
import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.failure.FailureKind;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.Outage;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.pipeline.Demand;
import sg.aiverify.worker.pipeline.Environment;
import sg.aiverify.worker.pipeline.Execution;
import sg.aiverify.worker.pipeline.Pipe;
import sg.aiverify.worker.pipeline.Pipeline;
import sg.aiverify.worker.pipeline.ResultArchive;
import sg.aiverify.worker.pipeline.Stage;
import sg.aiverify.worker.pipeline.TestInputs;
import sg.aiverify.worker.queue.VerdictClaim;
import sg.aiverify.worker.report.TestRunReporter;
import sg.aiverify.worker.result.ResultRules;
import sg.aiverify.worker.result.ResultWriter;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.task.Task;

/** Takes one run through all stages. Every way in ends here. Thread-safe. */
final class RunExecutor<E extends Environment> {
    private static final Duration LONG_BUILD = Duration.ofSeconds(5);
    private static final Logger log = LogManager.getLogger(RunExecutor.class);
    private static final Duration PROGRESS_INTERVAL = Duration.ofMillis(500);
    /** All runs together tell the gateway at most 20 times a second how far they are. */
    private static final Duration PROGRESS_INTERVAL_PER_SLOT = Duration.ofMillis(50);

    private static final Backoff ERROR_AGAIN = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30));
    private static final Duration CLAIM_AGAIN = Duration.ofSeconds(1);
    private static final int BROKEN_TRIES = 3;

    private static final String ASKING = "asking for the run's state";
    private static final String CONFIRMING = "asking the queue whether the run may be reported";

    private final Pipeline<E> pipeline;
    private final EngineSettings settings;
    private final RunDirectories directories;
    private final ResultWriter results;
    private final TestRunReporter reporter;
    private final StageRunner stages;
    private final ScheduledExecutorService messenger;
    private final Secrets secrets;
    private final Waiting waiting;

    /**
     * Creates the executor.
     *
     * @param messenger passes progress on; its tasks may wait for the gateway
     * @param secrets what is masked in failures
     * @param waiting says how long to wait before something is tried again
     */
    RunExecutor(
            Pipeline<E> pipeline,
            EngineSettings settings,
            RunDirectories directories,
            ResultWriter results,
            TestRunReporter reporter,
            StageRunner stages,
            ScheduledExecutorService messenger,
            Secrets secrets,
            Waiting waiting) {
        this.pipeline = pipeline;
        this.settings = settings;
        this.directories = directories;
        this.results = results;
        this.reporter = reporter;
        this.stages = stages;
        this.messenger = messenger;
        this.secrets = secrets;
        this.waiting = waiting;
    }

    /** Runs the task to its end or until the flight is stopped; a result is delivered, an error is not yet told. */
    Outcome execute(Task task, int attempt, Flight flight, LeaseCheck lease) {
        Position position = new Position(task.id());
        try (RunScope run = open(task, attempt, flight, lease)) {
            return execute(run, flight, lease, position);
        } catch (StageException e) {
            log.debug("The stage {} failed", position.stage().wireName(), e);
            String output = e instanceof RunCancelledException stopped ? stopped.output() : "";
            return stopped(flight, position, output)
                    .orElseGet(() -> e.kind() == FailureKind.CANCELLED
                            ? new Outcome.Stopped(CancelReason.SHUTDOWN)
                            : failed(e.kind(), position.stage(), e.getMessage()));
        } catch (InterruptedException e) {
            return stopped(flight, position, "").orElseGet(() -> new Outcome.Stopped(CancelReason.SHUTDOWN));
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            log.error(
                    "The module of the stage {} failed unexpectedly",
                    position.stage().wireName(),
                    e);
            return stopped(flight, position, "")
                    .orElseGet(() -> failed(
                            FailureKind.TASK,
                            position.stage(),
                            "An unexpected error occurred: the module " + position.module() + " failed: "
                                    + Reason.of(e)));
        }
    }

    private RunScope open(Task task, int attempt, Flight flight, LeaseCheck lease) {
        Duration together = PROGRESS_INTERVAL_PER_SLOT.multipliedBy(settings.concurrency());
        Duration interval = together.compareTo(PROGRESS_INTERVAL) > 0 ? together : PROGRESS_INTERVAL;
        ProgressRelay progress = new ProgressRelay(
                messenger, () -> waiting.lasts(Waiting.Reason.LOOK, interval), percent -> pass(task, percent, flight));
        return new RunScope(
                task,
                attempt,
                directories.create(),
                flight.phase(),
                progress,
                note -> stages.note(task.id(), note),
                lease,
                stages.services());
    }

    private Outcome execute(RunScope run, Flight flight, LeaseCheck lease, Position position)
            throws InterruptedException {
        Task task = run.task();
        Cancellation cancellation = run.cancellation();
        Demand demand = demand(task.id(), flight, position);
        if (demand.isNotWanted()) {
            return new Outcome.NotWanted(demand.reason());
        }
        run.progressFrom(demand.progress());
        reporter.started(task);
        ResultRules.check(task);
        TestInputs inputs = stages.run(Stage.DOWNLOAD, pipeline.download(), flight, position, () -> {
            TestInputs found = pipeline.download().download(run);
            results.checkSchemas(found.algorithm(), task.gid() + "/" + task.cid(), cancellation);
            return found;
        });
        E environment = stages.run(
                Stage.PIPELINE_BUILD,
                pipeline.build(),
                flight,
                position,
                () -> pipeline.build().build(inputs.algorithm(), run));
        JsonObject arguments = stages.run(
                Stage.VALIDATE_INPUT,
                pipeline.validate(),
                flight,
                position,
                () -> pipeline.validate().validate(inputs, run));
        // Where nothing was built or waited for, the begin and the end of a run say enough.
        boolean waited = flight.spentIn(Stage.PIPELINE_BUILD).compareTo(LONG_BUILD) >= 0;
        log.log(waited ? Level.INFO : Level.DEBUG, "Running in {}", environment.description());
        // What the algorithm hands over is foreign, too: its limit of time holds until that is checked and packed.
        ResultArchive archive = stages.run(
                Stage.PIPELINE_EXECUTE,
                pipeline.execute(),
                flight,
                position,
                () -> results.write(
                        task,
                        inputs.algorithm(),
                        arguments,
                        pipeline.execute().execute(new Execution<>(inputs, environment, arguments), run),
                        run.workDirectory(),
                        flight.phase()));
        run.endProgress();
        boolean stored = isFirstToReport(task.id(), Stage.UPLOAD, pipeline.upload(), flight, position, lease)
                && stages.run(
                        Stage.UPLOAD,
                        pipeline.upload(),
                        flight,
                        position,
                        () -> pipeline.upload().upload(archive, run));
        return stored
                ? new Outcome.Succeeded(archive)
                : new Outcome.NotWanted("its result was not taken, since it ended meanwhile");
    }

    /** Waits while another delivery of the run may be reporting; false if the run is not wanted any more. */
    private boolean isFirstToReport(
            String runId, Stage stage, Pipe pipe, Flight flight, Position position, LeaseCheck lease)
            throws InterruptedException {
        while (!isOurs(stages.ask(stage, CONFIRMING, pipe, flight, position, lease::confirm))) {
            log.info("Another delivery is about to report: waiting for it");
            flight.phase().sleep(waiting.lasts(Waiting.Reason.RETRY, CLAIM_AGAIN));
            if (stages.ask(stage, ASKING, pipe, flight, position, () -> demand(runId, flight.phase()))
                    .isNotWanted()) {
                return false;
            }
        }
        return true;
    }

    /** Tells whether a run is this delivery's to report now. */
    static boolean isOurs(VerdictClaim claim) {
        return switch (claim) {
            case KEPT, GAINED -> true;
            case TAKEN, LOST -> false;
        };
    }

    /**
     * Tells a failure for good, again and again until it is stored.
     *
     * @param onTrouble called each time that it was not stored
     * @return false if the run is not wanted any more
     * @throws RunCancelledException if the flight was stopped
     * @throws UntoldException if the module cannot do it
     */
    boolean tellError(String runId, Failure failure, Flight flight, LeaseCheck lease, Runnable onTrouble)
            throws InterruptedException {
        Cancellation cancellation = flight.tellError();
        Position position = new Position(runId);
        Outage outage = new Outage();
        int broken = 0;
        for (int failures = 1; ; failures++) {
            String trouble;
            try {
                Stage stage = Stage.PIPELINE_ERROR;
                boolean stored = isFirstToReport(runId, stage, pipeline.error(), flight, position, lease)
                        && stages.run(
                                stage,
                                pipeline.error(),
                                flight,
                                position,
                                () -> pipeline.error().report(runId, failure, new WhileOurs(cancellation, lease)));
                outage.end()
                        .ifPresent(lasted -> log.info(
                                "{} after {}",
                                stored ? "The error is reported at last," : "The error need not be reported any more,",
                                Flight.seconds(lasted)));
                return stored;
            } catch (InfrastructureException e) {
                trouble = e.getMessage();
            } catch (RunCancelledException e) {
                throw e;
            } catch (RuntimeException | LinkageError | StackOverflowError e) {
                log.error("The module {} cannot tell the error: {}", position.module(), failure.text(), e);
                if (++broken == BROKEN_TRIES) {
                    throw new UntoldException(position.module(), e);
                }
                trouble = Reason.of(e);
            }
            onTrouble.run();
            Duration delay = waiting.lasts(Waiting.Reason.RETRY, ERROR_AGAIN.delay(failures));
            Level level = outage.isNews(String.valueOf(trouble)) ? Level.WARN : Level.DEBUG;
            log.log(level, "The error is not reported yet, and tried again: {}", trouble);
            cancellation.sleep(delay);
        }
    }

    /** The module of the error stage is broken: nothing but its operator can help. */
    static final class UntoldException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UntoldException(String module, Throwable cause) {
            super("the module " + module + " could not tell it: " + Reason.of(cause), cause);
        }
    }

    /** Asks whether a run is still wanted, once. */
    Demand demand(String runId, Cancellation cancellation) throws InterruptedException {
        return pipeline.upload().demand(runId, cancellation);
    }

    /** Asks whether a run is still wanted; waits while nobody can tell. */
    Demand demand(String runId, Flight flight) throws InterruptedException {
        return demand(runId, flight, new Position(runId));
    }

    private Demand demand(String runId, Flight flight, Position position) throws InterruptedException {
        return stages.ask(
                Stage.UPLOAD, ASKING, pipeline.upload(), flight, position, () -> demand(runId, flight.phase()));
    }

    private Optional<Outcome> stopped(Flight flight, Position position, String output) {
        return flight.phase().reason().map(reason -> switch (reason) {
            case CANCELLED -> new Outcome.NotWanted("cancelled while it ran");
            case LEASE_LOST, SHUTDOWN -> new Outcome.Stopped(reason);
            case TIMED_OUT ->
                failed(
                        FailureKind.TIMED_OUT,
                        position.stage(),
                        FailureText.withOutput(timedOut(position.stage()), output));
        });
    }

    private String timedOut(Stage stage) {
        return "took longer than "
                + settings.timeout(stage).map(Duration::toSeconds).orElse(0L)
                + " seconds and was stopped; the limit is "
                + EngineSettings.timeoutVariable(stage);
    }

    private Outcome failed(FailureKind kind, Stage stage, @Nullable String message) {
        return new Outcome.Failed(new Failure(kind, stage.wireName(), message == null ? "no reason given" : message)
                .masked(secrets::masked));
    }

    private void pass(Task task, int percent, Flight flight) {
        reporter.progress(task, percent);
        try {
            if (!pipeline.upload().progress(task.id(), percent)) {
                flight.stop(CancelReason.CANCELLED);
            }
        } catch (RuntimeException e) {
            log.debug("Progress {} of {} was not told: {}", percent, task, e.toString());
        }
    }
}
