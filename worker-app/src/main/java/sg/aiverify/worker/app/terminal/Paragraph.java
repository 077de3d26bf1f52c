package sg.aiverify.worker.app.terminal;

import java.util.ArrayList;
import java.util.List;

/** Breaks lines between words, for a window of some width. */
final class Paragraph {
    /** In a narrower column, words alone would not fit. */
    private static final int LEAST_WIDTH = 20;

    private Paragraph() {}

    /**
     * Breaks a line.
     *
     * @param line has no line feed
     * @param width how many letters fit; too few for words count as any number
     * @param indent how far the lines after the first are indented
     * @return the lines; longer ones hold a single word
     */
    static List<String> wrapped(String line, int width, int indent) {
        if (width < LEAST_WIDTH || length(line) <= width) {
            return List.of(line);
        }
        List<String> lines = new ArrayList<>();
        StringBuilder current = new StringBuilder();
        boolean empty = true;
        for (String word : line.split(" ", -1)) {
            if (!empty && length(current) + 1 + length(word) > width) {
                lines.add(current.toString());
                current = new StringBuilder(" ".repeat(indent));
                empty = true;
            }
            current.append(empty ? "" : " ").append(word);
            empty = false;
        }
        lines.add(current.toString());
        return lines;
    }

    static int length(CharSequence text) {
        return Character.codePointCount(text, 0, text.length());
    }
}
