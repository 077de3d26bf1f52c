package sg.aiverify.worker.app;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Tells the signals that one process gets apart by their order and time. Thread-safe. */
final class SignalSequence {
    /** Who signals a process and its group, as timeout(1) and a shell's Ctrl-C do, means it once. */
    static final Duration ECHO = Duration.ofSeconds(1);

    private final LongSupplier nanoTime;
    private final AtomicReference<@Nullable Long> first = new AtomicReference<>();

    /** What a signal means. */
    enum Meaning {
        /** End in order. */
        FIRST,
        /** Nothing: it came with the first one. */
        ECHO,
        /** End at once. */
        AGAIN
    }

    /**
     * Creates the sequence before its first signal.
     *
     * @param nanoTime tells the time, as {@link System#nanoTime}
     */
    SignalSequence(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Tells what the signal that has just come means. */
    Meaning next() {
        long now = nanoTime.getAsLong();
        if (first.compareAndSet(null, now)) {
            return Meaning.FIRST;
        }
        Long start = first.get();
        return start != null && now - start < ECHO.toNanos() ? Meaning.ECHO : Meaning.AGAIN;
    }

    /** Tells whether a signal has come. */
    boolean hasBegun() {
        return first.get() != null;
    }
}
