package sg.aiverify.worker.failure.internal;

import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Decides when trouble that lasts is worth a line in the log: when it begins and then at growing intervals; sooner when
 * it changes, but never within half a minute of the last line. One loss is seen in several ways at once: the connection
 * breaks, then the next one is refused. Thread-safe.
 */
public final class Outage {
    private static final Duration FIRST_INTERVAL = Duration.ofSeconds(30);
    private static final Duration LONGEST_INTERVAL = Duration.ofMinutes(15);
    /** Texts that change each time, with a time or a number in them, must not fill the log. */
    private static final int MOST_TEXTS = 5;

    private final LongSupplier nanoTime;
    private final Set<String> texts = new HashSet<>();
    private boolean lasts;
    private long start;
    private long logged;
    private long next;
    private Duration interval = FIRST_INTERVAL;

    /** Creates one that has not begun. */
    public Outage() {
        this(System::nanoTime);
    }

    /**
     * Creates one that has not begun, with a clock of its own.
     *
     * @param nanoTime tells the time like {@link System#nanoTime()}
     */
    public Outage(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * Notes that there is trouble, still or anew, and decides whether it is to be logged.
     *
     * @param text what is wrong
     * @return whether it is to be logged
     */
    public boolean noteFailure(String text) {
        return noteFailure(text, Duration.ZERO);
    }

    /**
     * Notes that there is trouble, still or anew, that was there before it came here, and decides whether it is
     * to be logged.
     *
     * @param text what is wrong
     * @param before how long it had lasted already
     * @return whether it is to be logged
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
     * Tells how long there has been trouble.
     *
     * @return zero if there is none
     */
    public synchronized Duration lasted() {
        return lasts ? Duration.ofNanos(nanoTime.getAsLong() - start) : Duration.ZERO;
    }

    /**
     * Notes that there is no trouble any more.
     *
     * @return how long there was; empty if there was none
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
