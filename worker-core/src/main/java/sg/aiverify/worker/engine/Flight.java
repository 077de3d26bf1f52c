package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.pipeline.Stage;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.run.CancellationSource;

/**
 * A run in progress as those see it who may stop it. It has two phases, the work and the telling of its error; a
 * time-out ends the first only, anything else ends both. Thread-safe.
 */
final class Flight {
    private @Nullable Thread thread;
    private CancellationSource phase = new CancellationSource();
    private @Nullable CancelReason ended;
    private boolean landed;
    private long start = System.nanoTime();
    private final Map<Stage, Duration> spent = new EnumMap<>(Stage.class);

    /** Binds the flight to this thread, which is interrupted when the run is stopped. */
    synchronized void takeOff() {
        thread = Thread.currentThread();
        start = System.nanoTime();
    }

    /** Frees the thread: from here on nothing interrupts it, and it is not interrupted. */
    synchronized void land() {
        thread = null;
        landed = true;
        Thread.interrupted();
    }

    /** Tells whether the run has ended; what is left is to tell the queue. */
    synchronized boolean hasLanded() {
        return landed;
    }

    /** Tells whether nothing more will be reported: the run has ended, or was stopped for good. */
    synchronized boolean isOver() {
        return landed || ended != null;
    }

    /** Gives what tells the present phase to stop. */
    synchronized Cancellation phase() {
        return phase;
    }

    /** Notes how long a stage took, tries before it included. */
    synchronized void spent(Stage stage, Duration took) {
        spent.merge(stage, took, Duration::plus);
    }

    /** Tells how long a stage took, zero if it was not reached. */
    synchronized Duration spentIn(Stage stage) {
        return spent.getOrDefault(stage, Duration.ZERO);
    }

    /** Says how long it took up to now, and how much of that each stage that was reached. */
    synchronized String took() {
        String all = seconds(Duration.ofNanos(System.nanoTime() - start));
        return spent.isEmpty()
                ? all
                : spent.entrySet().stream()
                        .map(stage -> stage.getKey().wireName() + " " + seconds(stage.getValue()))
                        .collect(Collectors.joining(", ", all + " (", ")"));
    }

    /** Writes a duration for people. */
    static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }

    /** Stops what the run does now. */
    void stop(CancelReason reason) {
        CancellationSource current;
        synchronized (this) {
            if (ended != null) {
                return;
            }
            ended = switch (reason) {
                case TIMED_OUT -> null;
                case CANCELLED, LEASE_LOST, SHUTDOWN -> reason;
            };
            current = phase;
        }
        if (current.cancel(reason)) {
            interrupt(current);
        }
    }

    // The run may have left the phase by itself meanwhile: the telling of its error must not be interrupted.
    private synchronized void interrupt(CancellationSource stopped) {
        if (thread != null && phase == stopped) {
            thread.interrupt();
        }
    }

    /** Begins the phase of telling the error, which is stopped from its start if the run was stopped for good. */
    synchronized Cancellation tellError() {
        Thread.interrupted();
        phase = new CancellationSource();
        if (ended != null) {
            phase.cancel(ended);
        }
        return phase;
    }
}
