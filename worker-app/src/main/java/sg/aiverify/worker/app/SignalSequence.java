package sg.aiverify.worker.app;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Interprets the signals of one process by their order and time. Thread-safe. */
final class SignalSequence {
    /**
     * A signal within this time of the first one is an echo: timeout(1) and a shell's Ctrl-C signal a process and its
     * group, and mean one signal.
     */
    static final Duration ECHO = Duration.ofSeconds(1);

    private final LongSupplier nanoTime;
    private final AtomicReference<@Nullable Long> first = new AtomicReference<>();

    /** The meaning of a signal. */
    enum Meaning {
        /** Stop gracefully. */
        FIRST,
        /** Ignore: it arrived together with the first one. */
        ECHO,
        /** End at once. */
        AGAIN
    }

    /**
     * Creates the sequence before its first signal.
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
