package sg.aiverify.worker.app;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Interprets the signals of one process by their order and time. Thread-safe. */
final class SignalSequence {
    /**
     * A second signal within this time after the first one is an echo. With Ctrl-C in a shell and with timeout(1), the
     * same signal can arrive twice: once for the process, and once for its process group.
     */
    static final Duration ECHO = Duration.ofSeconds(1);

    private final LongSupplier nanoTime;
    private final AtomicReference<@Nullable Long> first = new AtomicReference<>();

    /** The meaning of a signal. */
    enum Meaning {
        /** The first signal: stop gracefully. */
        FIRST,
        /** An echo, which arrived together with the first signal: ignore it. */
        ECHO,
        /** Another signal after the first one: end the process at once. */
        AGAIN
    }

    /**
     * Creates a sequence that contains no signal yet.
     *
     * @param nanoTime returns the time in nanoseconds, as {@link System#nanoTime}
     */
    SignalSequence(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Records a signal that has just arrived and returns its meaning. */
    Meaning next() {
        long now = nanoTime.getAsLong();
        if (first.compareAndSet(null, now)) {
            return Meaning.FIRST;
        }
        Long start = first.get();
        return start != null && now - start < ECHO.toNanos() ? Meaning.ECHO : Meaning.AGAIN;
    }

    /** Checks whether a signal has arrived. */
    boolean hasBegun() {
        return first.get() != null;
    }
}
