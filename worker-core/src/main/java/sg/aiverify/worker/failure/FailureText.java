package sg.aiverify.worker.failure;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import org.apiguardian.api.API;
import sg.aiverify.worker.failure.internal.Quantity;

/**
 * Keeps texts that reach a user short and printable: at most 8 KiB of UTF-8, 40 lines of any output, of which those that
 * repeat themselves count once.
 *
 * <p>Secrets are masked first, then texts are cut: of one that was cut in two, neither part would be found any more.
 * So whoever makes a message cuts nothing, and {@link #bounded} comes last. Where a text cannot be had as a whole, its
 * cut is marked, and what lies beside the mark goes once the secrets are masked ({@link #withoutCutEdges}).
 */
@API(status = EXPERIMENTAL, since = "1.0")
public final class FailureText {
    /** The longest failure text, in bytes of UTF-8. */
    public static final int MAX_BYTES = 8 * 1024;
    /** The most lines of a tool's or an algorithm's output that a failure text carries. */
    public static final int MAX_OUTPUT_LINES = 40;
    /** What is left out beside a cut, in characters: more than any line of a secret has. */
    public static final int CUT_EDGE = 4096;

    private static final String SAME = "... (the same ";
    private static final String LEFT_OUT = "[...]";
    private static final String CUT = "\n" + LEFT_OUT + "\n";
    /** Foreign text must not be able to hold a mark, which makes other text disappear. */
    private static final String NONCE = "\uFDD2" + Long.toUnsignedString(new SecureRandom().nextLong(), 36) + "\uFDD3";

    private static final String START_IS_CUT = "\uFDD0" + NONCE;
    private static final String END_IS_CUT = "\uFDD1" + NONCE;
    private static final String CONTINUED = "\n    | ";

    private FailureText() {}

    /**
     * Puts an output under a sentence.
     *
     * @param sentence what went wrong
     * @param output the output, or what is kept of it; may be empty
     * @return the sentence, followed by {@value #MAX_OUTPUT_LINES} lines of the output if it has so many, each as long as
     *     it is: its end, and before that its start or the end of its last traceback, with how many lines are left out.
     *     Lines that repeat the ones before them, but for their numbers perhaps, are replaced by a line that says how
     *     often
     */
    public static String withOutput(String sentence, String output) {
        List<String> lines = OutputExcerpt.of(output.stripTrailing().lines().toList(), MAX_OUTPUT_LINES);
        return printable(lines.isEmpty() ? sentence : sentence + "\n" + String.join("\n", lines));
    }

    /**
     * Gives the line that stands for lines which repeat those directly before them.
     *
     * @param lines how many lines are repeated together
     * @param times how often they come again
     * @return a line without its end
     */
    public static String sameAgain(int lines, int times) {
        return again(lines, times) + ")";
    }

    /** Gives the line that stands for lines which repeat those before them, with other numbers. */
    static String alikeAgain(int lines, int times) {
        return again(lines, times) + ", but for " + (lines == 1 ? "its" : "their") + " numbers)";
    }

    private static String again(int lines, int times) {
        return SAME + (lines == 1 ? "line " : lines + " lines ") + (times == 1 ? "once" : times + " times") + " more";
    }

    /**
     * Gives the line that stands for lines which are left out.
     *
     * @param lines how many
     * @return a line without its end
     */
    public static String leftOut(long lines) {
        return "... (" + Quantity.of(lines, "line") + " left out)";
    }

    /**
     * Tells whether a line is one that stands for repeated lines, such as {@link #sameAgain}.
     *
     * @param line a line without its end
     * @return true also if something else has written the same
     */
    public static boolean isSameAgain(String line) {
        return line.startsWith(SAME);
    }

    /**
     * Marks a text whose start was cut off.
     *
     * @param text what is left
     * @return the text to be put into a message
     */
    public static String startIsCut(String text) {
        return START_IS_CUT + text;
    }

    /**
     * Marks a text whose end was cut off.
     *
     * @param text what is left
     * @return the text to be put into a message
     */
    public static String endIsCut(String text) {
        return text + END_IS_CUT;
    }

    /**
     * Leaves out what lies beside the cuts of a text whose secrets are masked: up to the end of the line, but not more
     * than {@value #CUT_EDGE} characters, which may be a part of a secret.
     *
     * @param masked a text without any whole secret
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
     * Removes control characters and cuts out the middle of what is too long: the start says what happened and where,
     * the end holds the last lines of the output.
     *
     * @param text a text whose secrets are masked
     * @return the text in at most {@value #MAX_BYTES} bytes of UTF-8
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
     * Removes control characters except line feed and tab, ANSI escape sequences, what turns the direction of writing,
     * and unpaired surrogates; whatever some program takes for the end of a line becomes a line feed.
     *
     * @param text any text
     * @return the printable rest
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
     * Makes a text one event among others, in a log or on a terminal: none of its lines can be taken for another's.
     *
     * @param text any text
     * @return its printable part, each line after the first indented and marked
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
