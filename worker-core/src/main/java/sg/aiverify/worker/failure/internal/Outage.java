package sg.aiverify.worker.failure.internal;

import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Decides which failures during an outage are logged: the first one, then one at growing intervals. A failure with a
 * new text is logged sooner, but at the earliest half a minute after the last one. A single outage causes several
 * failures, for example a broken connection, and then refused ones. Thread-safe.
 */
public final class Outage {
    private static final Duration FIRST_INTERVAL = Duration.ofSeconds(30);
    private static final Duration LONGEST_INTERVAL = Duration.ofMinutes(15);
    /**
     * The largest number of different texts that are logged sooner. Texts that contain a time or a number must not fill
     * the log.
     */
    private static final int MOST_TEXTS = 5;

    private final LongSupplier nanoTime;
    private final Set<String> texts = new HashSet<>();
    private boolean lasts;
    private long start;
    private long logged;
    private long next;
    private Duration interval = FIRST_INTERVAL;

    /** Creates an outage that has not begun. */
    public Outage() {
        this(System::nanoTime);
    }

    /**
     * Creates an outage that has not begun, with its own clock.
     *
     * @param nanoTime returns the time as {@link System#nanoTime()} does
     */
    public Outage(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * Records a failure, and decides whether to log it.
     *
     * @param text the problem
     * @return whether to log it
     */
    public boolean noteFailure(String text) {
        return noteFailure(text, Duration.ZERO);
    }

    /**
     * Records a failure that began before this call, and decides whether to log it.
     *
     * @param text the problem
     * @param before the time since the failure began
     * @return whether to log it
     */
    public synchronized boolean noteFailure(String text, Duration before) {
        long now = nanoTime.getAsLong();
        if (!lasts) {
            lasts = true;
            start = now - before.toNanos();
            interval = FIRST_INTERVAL;
            next = now + interval.toNanos();
        } else if (now - next >= 0) {
            Duration twice = interval.multipliedBy(2);
            interval = twice.compareTo(LONGEST_INTERVAL) < 0 ? twice : LONGEST_INTERVAL;
            next = now + interval.toNanos();
        } else if (now - logged < FIRST_INTERVAL.toNanos() || texts.size() == MOST_TEXTS || texts.contains(text)) {
            return false;
        }
        logged = now;
        if (texts.size() < MOST_TEXTS) {
            texts.add(text);
        }
        return true;
    }

    /**
     * Returns the duration of the outage up to now.
     *
     * @return the duration; zero if there is no outage
     */
    public synchronized Duration lasted() {
        return lasts ? Duration.ofNanos(nanoTime.getAsLong() - start) : Duration.ZERO;
    }

    /**
     * Ends the outage.
     *
     * @return its duration; empty if there was no outage
     */
    public synchronized Optional<Duration> end() {
        if (!lasts) {
            return Optional.empty();
        }
        lasts = false;
        texts.clear();
        return Optional.of(Duration.ofNanos(nanoTime.getAsLong() - start));
    }
}
