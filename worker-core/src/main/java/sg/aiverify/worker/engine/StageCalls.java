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
import sg.aiverify.worker.listener.RunListener;
import sg.aiverify.worker.listener.StageEnd;
import sg.aiverify.worker.run.Backoff;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.RunNote;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.stage.StageModules;

/** Calls modules: with their class loader, within the stage's limit, and again while a service is away. Thread-safe. */
final class StageCalls {
    private static final Logger log = LogManager.getLogger(StageCalls.class);
    private static final Backoff SERVICE_AWAY = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(10));
    private static final Duration SIGNS_OF_LIFE = Duration.ofSeconds(30);

    private final StageModules<?> pipeline;
    private final EngineSettings settings;
    private final ServiceBreaker breaker;
    private final ScheduledExecutorService timer;
    private final Waiting waiting;
    private final RunListener listeners;
    private final Duration signsOfLife;

    /**
     * Creates it.
     *
     * @param timer ends stages that take too long; its tasks are quick
     * @param waiting says how long to wait before a stage is tried again
     */
    StageCalls(
            StageModules<?> pipeline,
            EngineSettings settings,
            ServiceBreaker breaker,
            ScheduledExecutorService timer,
            Waiting waiting,
            RunListener listeners) {
        this(pipeline, settings, breaker, timer, waiting, listeners, SIGNS_OF_LIFE);
    }

    StageCalls(
            StageModules<?> pipeline,
            EngineSettings settings,
            ServiceBreaker breaker,
            ScheduledExecutorService timer,
            Waiting waiting,
            RunListener listeners,
            Duration signsOfLife) {
        this.pipeline = pipeline;
        this.settings = settings;
        this.breaker = breaker;
        this.timer = timer;
        this.waiting = waiting;
        this.listeners = listeners;
        this.signsOfLife = signsOfLife;
    }

    /** A call of a module. */
    @FunctionalInterface
    interface Call<T> {
        T call() throws InterruptedException;
    }

    /** Returns the name of a stage's module, for those who have to repair it. */
    String module(Stage stage) {
        return pipeline.module(stage).getClass().getName();
    }

    /** Does the work of a stage, and tells the listeners. */
    <T> T run(Attempt attempt, Stage stage, Call<T> call) throws InterruptedException {
        attempt.enter(stage);
        listeners.stageBegan(attempt.runId(), stage);
        long start = System.nanoTime();
        ScheduledFuture<?> signs = stage == Stage.PIPELINE_BUILD ? signsOfLife(attempt.runId(), start) : null;
        boolean done = false;
        try {
            T result = call(attempt, stage, "the stage " + stage.wireName(), call);
            done = true;
            return result;
        } finally {
            cancel(signs);
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            attempt.spent(stage, took);
            log.debug("The stage {} took {}", stage.wireName(), RunLog.seconds(took));
            listeners.stageEnded(attempt.runId(), stage, done ? StageEnd.SUCCEEDED : unlessStopped(attempt), took);
        }
    }

    /**
     * Asks a module something that belongs to a stage but is not its work: after the answer the run is where it was.
     *
     * @param what what is tried again while a service is away, for the log
     */
    <T> T ask(Attempt attempt, Stage stage, String what, Call<T> call) throws InterruptedException {
        Stage before = attempt.enter(stage);
        T answer = call(attempt, stage, what, call);
        attempt.enter(before);
        return answer;
    }

    private <T> T call(Attempt attempt, Stage stage, String what, Call<T> call) throws InterruptedException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(pipeline.module(stage).getClass().getClassLoader());
        try {
            return whileServicesAreAway(attempt, stage, what, call);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    // A service that is away costs the run nothing but time: the stage is tried again until the service is back.
    private <T> T whileServicesAreAway(Attempt attempt, Stage stage, String what, Call<T> call)
            throws InterruptedException {
        ServiceAwayException away = null;
        ServiceBreaker.Wait wait = null;
        Outage outage = new Outage();
        try {
            for (int failures = 1; ; failures++) {
                attempt.stop().phase().throwIfCancelled();
                ScheduledFuture<?> deadline = deadline(attempt.stop(), stage);
                try {
                    T answer = call.call();
                    sayThatItIsOver(outage, away);
                    return answer;
                } catch (ServiceAwayException e) {
                    ServiceBreaker.Wait next = breaker.opened(e);
                    close(wait);
                    wait = next;
                    away = e;
                    Level level = outage.isNews(String.valueOf(e.getMessage()), e.lasted()) ? Level.WARN : Level.DEBUG;
                    log.log(level, "{}; the run waits, {} is tried again", e.getMessage(), what);
                    cancel(deadline);
                    Duration pause = waiting.lasts(Waiting.Reason.RETRY, SERVICE_AWAY.delay(failures));
                    breaker.pause(next, pause, attempt.stop().phase());
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
                            RunLog.seconds(lasted),
                            WorkerStatus.trouble(away.service(), String.valueOf(away.getMessage()))));
        }
    }

    private void close(ServiceBreaker.@Nullable Wait wait) {
        if (wait != null) {
            breaker.closed(wait);
        }
    }

    /** Packages may take minutes, in which nothing else is heard of the run. */
    private ScheduledFuture<?> signsOfLife(String run, long start) {
        long millis = signsOfLife.toMillis();
        return timer.scheduleAtFixedRate(
                () -> {
                    Duration sofar = Duration.ofNanos(System.nanoTime() - start);
                    RunLog.note(
                            listeners,
                            run,
                            RunNote.step("Still building its environment, after " + sofar.toSeconds() + " s"));
                },
                millis,
                millis,
                TimeUnit.MILLISECONDS);
    }

    private static StageEnd unlessStopped(Attempt attempt) {
        return attempt.stop()
                .reason()
                .map(reason -> switch (reason) {
                    case TIMED_OUT -> StageEnd.TIMED_OUT;
                    case CANCELLED, LEASE_LOST, SHUTDOWN -> StageEnd.STOPPED;
                })
                .orElse(StageEnd.FAILED);
    }

    private @Nullable ScheduledFuture<?> deadline(StopSignal stop, Stage stage) {
        Duration limit = settings.timeout(stage).orElse(null);
        return limit == null
                ? null
                : timer.schedule(() -> stop.stop(CancelReason.TIMED_OUT), limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void cancel(@Nullable ScheduledFuture<?> scheduled) {
        if (scheduled != null) {
            scheduled.cancel(false);
        }
    }
}
