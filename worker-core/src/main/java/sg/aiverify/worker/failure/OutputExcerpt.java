package sg.aiverify.worker.failure;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Selects the lines of a long output that are shown. */
final class OutputExcerpt {
    private static final String TRACEBACK = "Traceback (most recent call last):";
    /** The number of lines that are shown from the start of the output, since the start often contains the cause. */
    private static final int START_LINES = 10;

    private OutputExcerpt() {}

    /**
     * Folds repeated lines, then removes lines in the middle. Keeps the end, and also the start, or the end of the last
     * traceback if there is one.
     *
     * @return at most the given number of lines, including the line with the number of removed lines
     */
    static List<String> of(List<String> output, int most) {
        List<RepeatedLines.Line> lines = RepeatedLines.folded(output);
        int size = lines.size();
        if (size <= most) {
            return texts(lines);
        }
        int traceback = lastTraceback(lines);
        int exception = exception(lines, traceback);
        if (traceback >= 0 && exception >= size - most) {
            return texts(lines.subList(size - most, size));
        }
        int from = traceback < 0 ? 0 : Math.max(traceback, exception + 1 - START_LINES);
        int to = traceback < 0 ? START_LINES : exception + 1;
        int end = size - (most - 1 - (to - from));
        List<String> texts = new ArrayList<>(texts(lines.subList(from, to)));
        texts.add(FailureText.leftOut(lines.subList(to, end).stream()
                .mapToLong(RepeatedLines.Line::count)
                .sum()));
        texts.addAll(texts(lines.subList(end, size)));
        return texts;
    }

    private static List<String> texts(List<RepeatedLines.Line> lines) {
        return lines.stream().map(RepeatedLines.Line::text).collect(Collectors.toList());
    }

    private static int lastTraceback(List<RepeatedLines.Line> lines) {
        int at = lines.size() - 1;
        while (at >= 0 && !lines.get(at).text().equals(TRACEBACK)) {
            at--;
        }
        return at;
    }

    /**
     * Returns the index of the exception's line: the first line after the indented lines of the traceback, or the last
     * line.
     */
    private static int exception(List<RepeatedLines.Line> lines, int traceback) {
        int at = traceback + 1;
        while (at < lines.size() - 1 && lines.get(at).text().startsWith(" ")) {
            at++;
        }
        return at;
    }
}
