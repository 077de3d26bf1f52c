package sg.aiverify.worker.failure;

import java.util.ArrayList;
import java.util.List;

/** Shortens an output that says the same again and again, as libraries do with their warnings. */
final class RepeatedLines {
    /** A warning of Python has two lines, of some libraries a paragraph. */
    private static final int MAX_BLOCK = 8;

    private RepeatedLines() {}

    /**
     * Replaces lines that repeat the ones directly before them, alone or several together, where that makes the output
     * shorter.
     *
     * @param lines the output
     * @return each repeated block once, followed by a line that says how often it came again
     */
    static List<String> folded(List<String> lines) {
        List<String> folded = new ArrayList<>();
        int at = 0;
        while (at < lines.size()) {
            int block = 1;
            int again = 0;
            for (int length = 1; again == 0 && length <= MAX_BLOCK; length++) {
                int found = repeats(lines, at, length);
                if (found * length > 1) {
                    block = length;
                    again = found;
                }
            }
            folded.addAll(lines.subList(at, at + block));
            if (again > 0) {
                folded.add(FailureText.sameAgain(block, again));
            }
            at += block * (again + 1);
        }
        return folded;
    }

    private static int repeats(List<String> lines, int from, int length) {
        int end = from + length;
        while (end + length <= lines.size()
                && lines.subList(from, from + length).equals(lines.subList(end, end + length))) {
            end += length;
        }
        return (end - from) / length - 1;
    }
}
