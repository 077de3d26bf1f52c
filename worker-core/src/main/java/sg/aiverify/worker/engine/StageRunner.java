package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.Outage;
import sg.aiverify.worker.failure.ServiceAwayException;
import sg.aiverify.worker.pipeline.Pipe;
import sg.aiverify.worker.pipeline.Stage;
import sg.aiverify.worker.report.RunListeners;
import sg.aiverify.worker.report.StageEnd;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.RunNote;
import sg.aiverify.worker.run.Waiting;

/** Calls a module: with its own class loader, within the stage's limit, and again while a service is away. Thread-safe. */
final class StageRunner {
    private static final Logger log = LogManager.getLogger(StageRunner.class);
    /** Apart, for who shows notes otherwise wants them in no log. */
    private static final Logger notes = LogManager.getLogger(RunNote.class);

    private static final Backoff SERVICE_AWAY = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(10));

    private static final Duration SIGNS_OF_LIFE = Duration.ofSeconds(30);

    private final Duration signsOfLife;
    private final EngineSettings settings;
    private final ServiceBreaker breaker;
    private final ScheduledExecutorService timer;
    private final Waiting waiting;
    private final RunListeners listeners;

    /**
     * Creates the runner.
     *
     * @param timer ends stages that take too long; its tasks are quick
     * @param waiting says how long to wait before a stage is tried again
     */
    StageRunner(
            EngineSettings settings,
            ServiceBreaker breaker,
            ScheduledExecutorService timer,
            Waiting waiting,
            RunListeners listeners) {
        this(settings, breaker, timer, waiting, listeners, SIGNS_OF_LIFE);
    }

    StageRunner(
            EngineSettings settings,
            ServiceBreaker breaker,
            ScheduledExecutorService timer,
            Waiting waiting,
            RunListeners listeners,
            Duration signsOfLife) {
        this.signsOfLife = signsOfLife;
        this.settings = settings;
        this.breaker = breaker;
        this.timer = timer;
        this.waiting = waiting;
        this.listeners = listeners;
    }

    /** Gives what is known of the services that runs need. */
    ServiceBreaker services() {
        return breaker;
    }

    /** A call of a module. */
    @FunctionalInterface
    interface Call<T> {
        T call() throws InterruptedException;
    }

    /** Where the run is, for the one who tells of its failure. Used by the run's thread only. */
    static final class Position {
        private final String run;
        private Stage stage = Stage.DOWNLOAD;
        private String module = "of the worker";

        Position(String run) {
            this.run = run;
        }

        Stage stage() {
            return stage;
        }

        String module() {
            return module;
        }
    }

    /** Does the work of a stage, and tells the listeners. */
    <T> T run(Stage stage, Pipe pipe, Flight flight, Position position, Call<T> call) throws InterruptedException {
        listeners.stageBegan(position.run, stage);
        long start = System.nanoTime();
        StageEnd end = StageEnd.FAILED;
        ScheduledFuture<?> signs = stage == Stage.PIPELINE_BUILD ? signs(position.run, start) : null;
        try {
            T result = call(stage, "the stage " + stage.wireName(), pipe, flight, position, call);
            end = StageEnd.SUCCEEDED;
            return result;
        } finally {
            cancel(signs);
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            flight.spent(stage, took);
            log.debug("The stage {} took {}", stage.wireName(), Flight.seconds(took));
            listeners.stageEnded(position.run, stage, end == StageEnd.SUCCEEDED ? end : unlessStopped(flight), took);
        }
    }

    /** Passes a note on, to the log and the listeners. */
    void note(String run, RunNote note) {
        switch (note.kind()) {
            case STEP -> log(run, Level.INFO, note);
            case WARNING -> log(run, Level.WARN, note);
            case OUTPUT -> {
                // Of a failed run, its end is in the failure.
            }
        }
        listeners.noted(run, note);
    }

    private static void log(String run, Level level, RunNote note) {
        try (var context = RunLog.of(run)) {
            notes.log(level, "{}", note.text());
        }
    }

    /** Packages may take minutes, in which nothing else is heard of the run. */
    private ScheduledFuture<?> signs(String run, long start) {
        return timer.scheduleAtFixedRate(
                () -> {
                    Duration sofar = Duration.ofNanos(System.nanoTime() - start);
                    note(run, RunNote.step("Still building its environment, after " + sofar.toSeconds() + " s"));
                },
                signsOfLife.toMillis(),
                signsOfLife.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private static StageEnd unlessStopped(Flight flight) {
        return flight.phase()
                .reason()
                .map(reason -> switch (reason) {
                    case TIMED_OUT -> StageEnd.TIMED_OUT;
                    case CANCELLED, LEASE_LOST, SHUTDOWN -> StageEnd.STOPPED;
                })
                .orElse(StageEnd.FAILED);
    }

    /**
     * Asks a module something that belongs to a stage but is not its work: after the answer the run is where it was.
     *
     * @param what what is tried again while a service is away, for the log
     */
    <T> T ask(Stage stage, String what, Pipe pipe, Flight flight, Position position, Call<T> call)
            throws InterruptedException {
        Stage stageBefore = position.stage;
        String moduleBefore = position.module;
        T answer = call(stage, what, pipe, flight, position, call);
        position.stage = stageBefore;
        position.module = moduleBefore;
        return answer;
    }

    private <T> T call(Stage stage, String what, Pipe pipe, Flight flight, Position position, Call<T> call)
            throws InterruptedException {
        position.stage = stage;
        position.module = pipe.getClass().getName();
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(pipe.getClass().getClassLoader());
        try {
            return onceServicesAreThere(stage, what, flight, call);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    // A service that is away costs the run nothing but time: the stage is tried again until the service is back.
    private <T> T onceServicesAreThere(Stage stage, String what, Flight flight, Call<T> call)
            throws InterruptedException {
        ServiceAwayException away = null;
        ServiceBreaker.Wait wait = null;
        Outage outage = new Outage();
        try {
            for (int failures = 1; ; failures++) {
                flight.phase().throwIfCancelled();
                ScheduledFuture<?> deadline = deadline(stage, flight);
                try {
                    T answer = call.call();
                    sayThatItIsOver(outage, away);
                    return answer;
                } catch (ServiceAwayException e) {
                    ServiceBreaker.Wait next = breaker.opened(e);
                    close(wait);
                    wait = next;
                    away = e;
                    Duration delay = waiting.lasts(Waiting.Reason.RETRY, SERVICE_AWAY.delay(failures));
                    Level level = outage.isNews(String.valueOf(e.getMessage()), e.lasted()) ? Level.WARN : Level.DEBUG;
                    log.log(level, "{}; the run waits, {} is tried again", e.getMessage(), what);
                    cancel(deadline);
                    breaker.pause(next, delay, flight.phase());
                } finally {
                    cancel(deadline);
                }
            }
        } finally {
            close(wait);
        }
    }

    private void sayThatItIsOver(Outage outage, @Nullable ServiceAwayException away) {
        if (away != null) {
            breaker.reached(away.service());
            outage.end()
                    .ifPresent(lasted -> log.info(
                            "Reachable again after {}, the run continues; it was: {}",
                            Flight.seconds(lasted),
                            WorkerStatus.trouble(away.service(), String.valueOf(away.getMessage()))));
        }
    }

    private void close(ServiceBreaker.@Nullable Wait wait) {
        if (wait != null) {
            breaker.closed(wait);
        }
    }

    private @Nullable ScheduledFuture<?> deadline(Stage stage, Flight flight) {
        return settings.timeout(stage)
                .<ScheduledFuture<?>>map(limit -> timer.schedule(
                        () -> flight.stop(CancelReason.TIMED_OUT), limit.toMillis(), TimeUnit.MILLISECONDS))
                .orElse(null);
    }

    private static void cancel(@Nullable ScheduledFuture<?> deadline) {
        if (deadline != null) {
            deadline.cancel(false);
        }
    }
}
