package sg.aiverify.worker.app.local;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import sg.aiverify.worker.failure.FailureText;

/**
 * Hands on the lines of an output as they come, but those that repeat the ones before them, alone or several together:
 * what has come twice is counted from then on. Thread-safe.
 */
final class FoldedOutput {
    /** A warning of Python has two lines, of some libraries a paragraph. */
    private static final int MAX_BLOCK = 8;
    /** After so long the count is shown, so that slow repeats look alive. */
    private static final long MAX_SILENCE_NANOS = Duration.ofSeconds(5).toNanos();

    private final Consumer<String> onLine;
    private final LongSupplier nanoTime;
    private final List<String> last = new ArrayList<>();
    private int block;
    private int leftOut;
    private long shownAt;

    /**
     * Creates an empty output.
     *
     * @param nanoTime tells the time, as {@link System#nanoTime}
     */
    FoldedOutput(Consumer<String> onLine, LongSupplier nanoTime) {
        this.onLine = onLine;
        this.nanoTime = nanoTime;
    }

    synchronized void add(String line) {
        if (block > 0 && line.equals(last.get(last.size() - block))) {
            keep(line);
            leftOut++;
            if (leftOut % block == 0 && nanoTime.getAsLong() - shownAt >= MAX_SILENCE_NANOS) {
                showLeftOut();
            }
            return;
        }
        showLeftOut();
        keep(line);
        onLine.accept(line);
        block = repeated();
    }

    /** Shows what was left out: something else comes next. */
    synchronized void end() {
        showLeftOut();
        block = 0;
        last.clear();
    }

    private void keep(String line) {
        last.add(line);
        if (last.size() > 2 * MAX_BLOCK) {
            last.remove(0);
        }
    }

    private void showLeftOut() {
        shownAt = nanoTime.getAsLong();
        if (leftOut == 0) {
            return;
        }
        int rest = leftOut % block;
        int times = leftOut / block;
        if (leftOut - rest > 1) {
            onLine.accept(FailureText.sameAgain(block, times));
        } else {
            rest = leftOut;
        }
        last.subList(last.size() - rest, last.size()).forEach(onLine);
        leftOut = 0;
    }

    /** How many of the last lines repeat those before them; 0 if none do. */
    private int repeated() {
        int size = last.size();
        for (int length = 1; 2 * length <= size; length++) {
            if (last.subList(size - length, size).equals(last.subList(size - 2 * length, size - length))) {
                return length;
            }
        }
        return 0;
    }
}
