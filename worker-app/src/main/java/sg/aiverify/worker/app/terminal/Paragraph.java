package sg.aiverify.worker.app.terminal;

import java.util.ArrayList;
import java.util.List;

/** Wraps lines between words, for the width of a window. */
final class Paragraph {
    /** The least width. In a narrower column, even single words would not fit. */
    private static final int LEAST_WIDTH = 20;

    private Paragraph() {}

    /**
     * Wraps a line.
     *
     * @param line the line, without line feeds
     * @param width the maximum number of characters; below the least width, there is no limit
     * @param indent the number of spaces before each line after the first
     * @return the lines; a line may exceed the width only if it is a single word
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
