package sg.aiverify.worker.failure;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Shortens an output with repeated lines, for example the warnings of libraries. */
final class RepeatedLines {
    /**
     * The largest number of lines in a repeated block. Python's warnings have two lines; those of some libraries have
     * more.
     */
    private static final int MAX_BLOCK = 8;

    private static final Pattern NUMBER = Pattern.compile("\\d+");
    private static final Pattern LEFT_OUT = Pattern.compile("\\.\\.\\. \\((\\d{1,18}) lines? left out\\)");

    private final List<String> lines;
    /** The lines, with each number replaced by 0. */
    private final List<String> shapes;

    private final List<Line> folded = new ArrayList<>();

    private RepeatedLines(List<String> lines) {
        this.lines = lines;
        this.shapes =
                lines.stream().map(line -> NUMBER.matcher(line).replaceAll("0")).toList();
    }

    /**
     * A line of the shortened output.
     *
     * @param count the number of lines of the original output that this line stands for
     */
    record Line(String text, long count) {
        static Line of(String text) {
            Matcher leftOut = LEFT_OUT.matcher(text);
            return new Line(text, leftOut.matches() ? Long.parseLong(leftOut.group(1)) : 1);
        }
    }

    /**
     * Folds blocks of one or more lines that are repeated, if this makes the output shorter. Blocks that differ only in
     * the numbers they contain also count as repetitions.
     *
     * @param lines the output
     * @return each repeated block once, followed by a line with the count of repetitions; if the numbers differ, the
     *     last repetition is the next block
     */
    static List<Line> folded(List<String> lines) {
        return new RepeatedLines(lines).fold();
    }

    private List<Line> fold() {
        int at = 0;
        while (at < lines.size()) {
            at = foldFrom(at);
        }
        return folded;
    }

    private int foldFrom(int at) {
        for (int length = 1; length <= MAX_BLOCK; length++) {
            int same = repeats(lines, at, length);
            int alike = repeats(shapes, at, length);
            if (alike > same && alike * length > length + 1) {
                add(at, at + length);
                int left = alike - 1; // the last repetition is shown
                folded.add(new Line(FailureText.alikeAgain(length, left), (long) left * length));
                add(at + length * alike, at + length * (alike + 1));
                return at + length * (alike + 1);
            }
            if (same * length > 1) {
                add(at, at + length);
                folded.add(new Line(FailureText.sameAgain(length, same), (long) same * length));
                return at + length * (same + 1);
            }
        }
        add(at, at + 1);
        return at + 1;
    }

    private void add(int from, int to) {
        lines.subList(from, to).stream().map(Line::of).forEach(folded::add);
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
