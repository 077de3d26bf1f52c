package sg.aiverify.worker.failure;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Keeps texts that reach a user short and printable: at most 8 KiB of UTF-8, the last 40 lines of any output. */
public final class FailureText {
    /** The longest failure text, in bytes of UTF-8. */
    public static final int MAX_BYTES = 8 * 1024;
    /** The most lines of a tool's or an algorithm's output that a failure text carries. */
    public static final int MAX_OUTPUT_LINES = 40;

    private static final String CUT = "\n[...]\n";

    private FailureText() {}

    /**
     * Puts the end of an output under a sentence.
     *
     * @param sentence what went wrong
     * @param output the whole output or its end; may be empty
     * @return the sentence, followed by the last {@value #MAX_OUTPUT_LINES} lines of the output if it has any
     */
    public static String withOutput(String sentence, String output) {
        List<String> lines = output.stripTrailing().lines().toList();
        if (lines.isEmpty()) {
            return bounded(sentence);
        }
        int from = Math.max(0, lines.size() - MAX_OUTPUT_LINES);
        return bounded(sentence + "\n" + String.join("\n", lines.subList(from, lines.size())));
    }

    /**
     * Removes control characters and cuts out the middle of what is too long: the start says what happened,
     * the end holds the last lines of the output.
     *
     * @param text any text
     * @return the text in at most {@value #MAX_BYTES} bytes of UTF-8
     */
    public static String bounded(String text) {
        String clean = printable(text);
        if (clean.getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES) {
            return clean;
        }
        int room = MAX_BYTES - CUT.length();
        String head = prefix(clean, room / 4);
        return head + CUT + suffix(clean, room - head.getBytes(StandardCharsets.UTF_8).length);
    }

    /**
     * Removes control characters except line feed and tab, ANSI escape sequences and unpaired surrogates.
     *
     * @param text any text
     * @return the printable rest
     */
    public static String printable(String text) {
        String plain = text.replaceAll("\u001b\\[[0-9;?]*[ -/]*[@-~]", "").replace("\r\n", "\n");
        StringBuilder kept = new StringBuilder(plain.length());
        plain.codePoints()
                .filter(c -> c == '\n' || c == '\t' || !(Character.isISOControl(c) || isUnprintable(c)))
                .forEach(kept::appendCodePoint);
        return kept.toString();
    }

    private static boolean isUnprintable(int c) {
        int type = Character.getType(c);
        return type == Character.SURROGATE || type == Character.FORMAT;
    }

    private static String prefix(String text, int maxBytes) {
        int bytes = 0;
        int i = 0;
        while (i < text.length()) {
            int c = text.codePointAt(i);
            bytes += utf8Length(c);
            if (bytes > maxBytes) {
                break;
            }
            i += Character.charCount(c);
        }
        return text.substring(0, i);
    }

    private static String suffix(String text, int maxBytes) {
        int bytes = 0;
        int i = text.length();
        while (i > 0) {
            int c = text.codePointBefore(i);
            bytes += utf8Length(c);
            if (bytes > maxBytes) {
                break;
            }
            i -= Character.charCount(c);
        }
        return text.substring(i);
    }

    private static int utf8Length(int c) {
        return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    }
}
