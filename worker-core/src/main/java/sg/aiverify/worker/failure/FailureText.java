package sg.aiverify.worker.failure;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import org.apiguardian.api.API;
import sg.aiverify.worker.failure.internal.Quantity;

/**
 * Keeps texts for users short and printable: at most 8 KiB of UTF-8, with at most 40 lines of output. Repeated lines
 * count once.
 *
 * <p>Secrets are masked before texts are cut, since the parts of a cut secret would not be recognized. Therefore
 * messages are created without cuts, and {@link #bounded} is called last. If only a part of a text is available, a mark
 * shows where the text was cut. The characters next to the mark are removed after secrets are masked ({@link
 * #withoutCutEdges}).
 */
@API(status = EXPERIMENTAL, since = "1.0")
public final class FailureText {
    /** The longest failure text, in bytes of UTF-8. */
    public static final int MAX_BYTES = 8 * 1024;
    /** The largest number of lines of output in a failure text. */
    public static final int MAX_OUTPUT_LINES = 40;
    /** The largest number of characters that are removed next to a cut. Lines of secrets are not longer. */
    public static final int CUT_EDGE = 4096;

    private static final String SAME = "... (the same ";
    private static final String LEFT_OUT = "[...]";
    private static final String CUT = "\n" + LEFT_OUT + "\n";
    /** A random part of each mark, so that untrusted text cannot contain a mark: the text next to a mark is removed. */
    private static final String NONCE = "\uFDD2" + Long.toUnsignedString(new SecureRandom().nextLong(), 36) + "\uFDD3";

    private static final String START_IS_CUT = "\uFDD0" + NONCE;
    private static final String END_IS_CUT = "\uFDD1" + NONCE;
    private static final String CONTINUED = "\n    | ";

    private FailureText() {}

    /**
     * Adds an output to a sentence.
     *
     * <p>At most {@value #MAX_OUTPUT_LINES} lines of the output are kept, each in full length: first the start of the
     * output, or the end of its last traceback; then the number of lines that are left out; then the end of the output.
     * Lines that repeat the previous ones, perhaps with other numbers, are replaced by one line with the count of
     * repetitions.
     *
     * @param sentence the problem
     * @param output the output, or the part that was kept; may be empty
     * @return the sentence, followed by the lines of the output
     */
    public static String withOutput(String sentence, String output) {
        List<String> lines = OutputExcerpt.of(output.stripTrailing().lines().toList(), MAX_OUTPUT_LINES);
        return printable(lines.isEmpty() ? sentence : sentence + "\n" + String.join("\n", lines));
    }

    /**
     * Returns the line that replaces repetitions of the lines directly before it.
     *
     * @param lines the number of lines that are repeated together
     * @param times the number of repetitions
     * @return a line without a line feed
     */
    public static String sameAgain(int lines, int times) {
        return again(lines, times) + ")";
    }

    /** Returns the line that replaces repetitions which differ from the lines before it only in their numbers. */
    static String alikeAgain(int lines, int times) {
        return again(lines, times) + ", with other numbers)";
    }

    private static String again(int lines, int times) {
        return SAME + (lines == 1 ? "line " : lines + " lines ") + times + (times == 1 ? " more time" : " more times");
    }

    /**
     * Returns the line that replaces lines which are left out.
     *
     * @param lines the number of lines
     * @return a line without a line feed
     */
    public static String leftOut(long lines) {
        return "... (" + Quantity.of(lines, "line") + " left out)";
    }

    /**
     * Checks whether a line replaces repeated lines, as {@link #sameAgain} returns it.
     *
     * @param line a line without a line feed
     * @return true also if another program has written the same line
     */
    public static boolean isSameAgain(String line) {
        return line.startsWith(SAME);
    }

    /**
     * Marks a text whose start was cut off.
     *
     * @param text the rest of the text
     * @return the text with a mark, for a message
     */
    public static String startIsCut(String text) {
        return START_IS_CUT + text;
    }

    /**
     * Marks a text whose end was cut off.
     *
     * @param text the rest of the text
     * @return the text with a mark, for a message
     */
    public static String endIsCut(String text) {
        return text + END_IS_CUT;
    }

    /**
     * Removes the characters next to the marks of cuts, since they may be a part of a secret. All characters of the
     * line next to the mark are removed, but at most {@value #CUT_EDGE}.
     *
     * @param masked a text in which all complete secrets are masked
     * @return the text without marks
     */
    public static String withoutCutEdges(String masked) {
        if (!masked.contains(NONCE)) {
            return masked;
        }
        String text = masked;
        for (int mark = text.indexOf(START_IS_CUT); mark >= 0; mark = text.indexOf(START_IS_CUT)) {
            int from = mark + START_IS_CUT.length();
            int line = text.indexOf('\n', from);
            int to = Math.min(line < 0 ? text.length() : line, from + CUT_EDGE);
            text = text.substring(0, mark) + LEFT_OUT + text.substring(to);
        }
        for (int mark = text.indexOf(END_IS_CUT); mark >= 0; mark = text.indexOf(END_IS_CUT)) {
            int from = Math.max(text.lastIndexOf('\n', mark) + 1, mark - CUT_EDGE);
            text = text.substring(0, from) + LEFT_OUT + text.substring(mark + END_IS_CUT.length());
        }
        return text;
    }

    /**
     * Removes control characters, and the middle of a text that is too long. The start describes the problem, and the
     * end contains the last lines of the output.
     *
     * @param text a text in which secrets are masked
     * @return the text, at most {@value #MAX_BYTES} bytes of UTF-8
     */
    public static String bounded(String text) {
        String clean = printable(text);
        if (clean.getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES) {
            return clean;
        }
        int room = MAX_BYTES - CUT.length();
        String head = prefix(clean, room / 2);
        return head + CUT + suffix(clean, room - head.getBytes(StandardCharsets.UTF_8).length);
    }

    /**
     * Removes control characters except line feed and tab, ANSI escape sequences, characters that change the direction
     * of writing, and unpaired surrogates. All characters that some programs treat as the end of a line become a line
     * feed.
     *
     * @param text any text
     * @return the printable text
     */
    public static String printable(String text) {
        String plain = text.replaceAll("\u001b\\[[0-9;?]*[ -/]*[@-~]", "").replace("\r\n", "\n");
        StringBuilder kept = new StringBuilder(plain.length());
        plain.codePoints()
                .map(c -> endsLine(c) ? '\n' : c)
                .filter(c -> c == '\n' || c == '\t' || !(Character.isISOControl(c) || isUnprintable(c)))
                .forEach(kept::appendCodePoint);
        return kept.toString();
    }

    /**
     * Formats a text as one event in a log or on a terminal. None of its lines can look like another event.
     *
     * @param text any text
     * @return the printable text; each line after the first is indented and marked
     */
    public static String asOneEvent(String text) {
        return printable(text).stripTrailing().replace("\n", CONTINUED);
    }

    private static boolean endsLine(int c) {
        return c == '\r'
                || c == 0x0B
                || c == '\f'
                || c == 0x1C
                || c == 0x1D
                || c == 0x1E
                || c == 0x85
                || c == 0x2028
                || c == 0x2029;
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
