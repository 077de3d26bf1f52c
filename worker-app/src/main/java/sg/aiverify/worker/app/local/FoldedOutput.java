package sg.aiverify.worker.app.local;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import sg.aiverify.worker.failure.FailureText;

/**
 * Shows the lines of an output at once, but folds repetitions of a line or of a group of lines. The second occurrence
 * is still shown; further occurrences are only counted. Thread-safe.
 */
final class FoldedOutput {
    /** The maximum number of lines in a group. Python's warnings have two lines; some libraries print a paragraph. */
    private static final int MAX_BLOCK = 8;
    /** The maximum time without a new line. The count is then shown, so that users see that the program is running. */
    private static final long MAX_SILENCE_NANOS = Duration.ofSeconds(5).toNanos();

    private final Consumer<String> onLine;
    private final LongSupplier nanoTime;
    private final List<String> last = new ArrayList<>();
    private int block;
    private int folded;
    private long shownAt;

    /**
     * Creates an empty output.
     *
     * @param onLine receives the lines to show
     * @param nanoTime returns the time in nanoseconds, as {@link System#nanoTime}
     */
    FoldedOutput(Consumer<String> onLine, LongSupplier nanoTime) {
        this.onLine = onLine;
        this.nanoTime = nanoTime;
    }

    synchronized void add(String line) {
        if (block > 0 && line.equals(last.get(last.size() - block))) {
            keep(line);
            folded++;
            if (folded % block == 0 && nanoTime.getAsLong() - shownAt >= MAX_SILENCE_NANOS) {
                showFolded();
            }
            return;
        }
        showFolded();
        keep(line);
        onLine.accept(line);
        block = repeated();
    }

    /** Shows the count of folded lines. Must be called before other output follows. */
    synchronized void end() {
        showFolded();
        block = 0;
        last.clear();
    }

    private void keep(String line) {
        last.add(line);
        if (last.size() > 2 * MAX_BLOCK) {
            last.remove(0);
        }
    }

    private void showFolded() {
        shownAt = nanoTime.getAsLong();
        if (folded == 0) {
            return;
        }
        int rest = folded % block;
        int times = folded / block;
        if (folded - rest > 1) {
            onLine.accept(FailureText.sameAgain(block, times));
        } else {
            rest = folded;
        }
        last.subList(last.size() - rest, last.size()).forEach(onLine);
        folded = 0;
    }

    /** Returns the number of last lines that repeat the lines before them; 0 if no lines are repeated. */
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
