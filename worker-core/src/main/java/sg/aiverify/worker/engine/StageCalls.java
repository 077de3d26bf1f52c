package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.listener.RunListener;
import sg.aiverify.worker.listener.StageEnd;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.run.RunNote;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.stage.internal.StageModules;

/**
 * Calls modules with their class loader, and stops calls at the stage's time limit. Repeats a call while a service is
 * unavailable. Thread-safe.
 */
final class StageCalls {
    private static final Logger log = LogManager.getLogger(StageCalls.class);
    private static final Duration BUILD_NOTE_INTERVAL = Duration.ofSeconds(30);

    private final StageModules<?> modules;
    private final EngineSettings settings;
    private final ServiceBreaker breaker;
    private final ScheduledExecutorService timer;
    private final Waiting waiting;
    private final RunListener listeners;
    private final Duration buildNoteInterval;

    /**
     * Creates the instance.
     *
     * @param timer the timer that stops stages at their time limit, and reports that a build continues
     * @param waiting sets the pauses before a stage is retried
     */
    StageCalls(
            StageModules<?> modules,
            EngineSettings settings,
            ServiceBreaker breaker,
            ScheduledExecutorService timer,
            Waiting waiting,
            RunListener listeners) {
        this(modules, settings, breaker, timer, waiting, listeners, BUILD_NOTE_INTERVAL);
    }

    StageCalls(
            StageModules<?> modules,
            EngineSettings settings,
            ServiceBreaker breaker,
            ScheduledExecutorService timer,
            Waiting waiting,
            RunListener listeners,
            Duration buildNoteInterval) {
        this.modules = modules;
        this.settings = settings;
        this.breaker = breaker;
        this.timer = timer;
        this.waiting = waiting;
        this.listeners = listeners;
        this.buildNoteInterval = buildNoteInterval;
    }

    /** A call of a module. */
    @FunctionalInterface
    interface Call<T> {
        T call() throws InterruptedException;
    }

    /** Returns the name of the module that the attempt called last. */
    String module(Attempt attempt) {
        return modules.module(attempt.called()).getClass().getName();
    }

    /** Describes that the attempt's stage, or a request during this stage, took longer than the limit. */
    String timedOut(Attempt attempt) {
        Stage called = attempt.called();
        String text = settings.timedOut(called);
        return called == attempt.stage()
                ? text
                : "a request to the module of the " + called.wireName() + " stage " + text;
    }

    /** Runs a stage, and reports its start and its end to the listeners. */
    <T> T run(Attempt attempt, Stage stage, Call<T> call) throws InterruptedException {
        attempt.enter(stage);
        listeners.stageBegan(attempt.runId(), stage);
        long start = System.nanoTime();
        boolean done = false;
        try (var notes = startBuildNotes(attempt, stage, start)) {
            T result = untilReached(attempt, stage, "the " + stage.wireName() + " stage", call);
            done = true;
            return result;
        } finally {
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            attempt.spent(stage, took);
            log.debug("The {} stage took {}", stage.wireName(), RunLog.seconds(took));
            listeners.stageEnded(attempt.runId(), stage, done ? StageEnd.SUCCEEDED : unlessStopped(attempt), took);
        }
    }

    /**
     * Sends a request to a module or to the queue outside of the module's stage. The time limit of this stage applies.
     * The attempt's current stage does not change, and listeners are not called.
     *
     * @param module the stage whose module is called
     * @param what the name of the call that is retried while a service is unavailable, for the log
     */
    <T> T ask(Attempt attempt, Stage module, String what, Call<T> call) throws InterruptedException {
        Stage before = attempt.call(module);
        T result = untilReached(attempt, module, what, call);
        attempt.call(before);
        return result;
    }

    // An unavailable service does not fail the attempt: the module is called again until the service is available.
    private <T> T untilReached(Attempt attempt, Stage stage, String what, Call<T> call) throws InterruptedException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(modules.module(stage).getClass().getClassLoader());
        ServiceWait wait = null;
        try {
            while (true) {
                attempt.stop().phase().throwIfCancelled();
                try (var limit = deadline(attempt.stop(), stage)) {
                    T result = call.call();
                    if (wait != null) {
                        wait.reached();
                    }
                    return result;
                } catch (ServiceUnavailableException e) { // The time limit applies to each call. The wait has no limit.
                    wait = wait == null ? new ServiceWait(breaker, waiting, what) : wait;
                    wait.pause(e, attempt.stop().phase());
                }
            }
        } finally {
            if (wait != null) {
                wait.close();
            }
            thread.setContextClassLoader(before);
        }
    }

    /** Reports regularly that a build continues, since the installation of packages can take minutes. */
    private Cancellation.Registration startBuildNotes(Attempt attempt, Stage stage, long start) {
        if (stage != Stage.PIPELINE_BUILD) {
            return () -> {};
        }
        String run = attempt.runId();
        long millis = buildNoteInterval.toMillis();
        ScheduledFuture<?> notes = timer.scheduleAtFixedRate(
                () -> {
                    Duration soFar = Duration.ofNanos(System.nanoTime() - start);
                    RunNote note = RunNote.step("Still building the environment, after " + soFar.toSeconds() + " s");
                    RunLog.note(run, note);
                    listeners.noted(run, note);
                },
                millis,
                millis,
                TimeUnit.MILLISECONDS);
        return () -> notes.cancel(false);
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

    /** Stops the attempt when the stage exceeds its limit, unless the returned object is closed before. */
    private Cancellation.Registration deadline(StopSignal stop, Stage stage) {
        Duration limit = settings.timeout(stage).orElse(null);
        if (limit == null) {
            return () -> {};
        }
        ScheduledFuture<?> deadline =
                timer.schedule(() -> stop.stop(CancelReason.TIMED_OUT), limit.toMillis(), TimeUnit.MILLISECONDS);
        return () -> deadline.cancel(false);
    }
}
