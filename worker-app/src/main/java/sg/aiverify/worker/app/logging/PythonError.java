package sg.aiverify.worker.app.logging;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An exception of an algorithm, parsed from the text that Python printed.
 *
 * @param type the class of the exception, with its package if it has one
 * @param message the message of the exception; may be empty
 * @param traceback all lines of the traceback, including those of the exception's causes
 * @param rest the parsed text without the traceback
 */
record PythonError(String type, String message, String traceback, String rest) {
    private static final String HEADER = "Traceback (most recent call last):";
    /** The first line of a syntax error, for which Python prints only the location. */
    private static final Pattern PLACE = Pattern.compile(" {2}File \".*\", line \\d+");

    private static final Pattern EXCEPTION = Pattern.compile("([A-Za-z_][\\w.]*)(?:: (.*))?");
    private static final List<String> CHAINS = List.of(
            "The above exception was the direct cause of the following exception:",
            "During handling of the above exception, another exception occurred:");

    /** Parses the first traceback in a text; empty if there is none. */
    static Optional<PythonError> in(String text) {
        List<String> lines = text.lines().toList();
        for (int from = 1; from < lines.size(); from++) { // the first line is a sentence about the failure
            if (lines.get(from).equals(HEADER) || PLACE.matcher(lines.get(from)).matches()) {
                return at(from, lines);
            }
        }
        return Optional.empty();
    }

    private static Optional<PythonError> at(int from, List<String> lines) {
        int last = exception(from, lines);
        for (int next = chained(last, lines); next > 0; next = chained(last, lines)) {
            last = exception(next, lines);
        }
        if (last >= lines.size()) {
            return Optional.empty();
        }
        Matcher exception = EXCEPTION.matcher(lines.get(last));
        if (!exception.matches()) {
            return Optional.empty();
        }
        int end = end(last, from, lines);
        String first = exception.group(2) == null ? "" : exception.group(2);
        List<String> more = lines.subList(last + 1, end);
        List<String> rest = new ArrayList<>(lines.subList(0, from));
        rest.addAll(lines.subList(end, lines.size()));
        return Optional.of(new PythonError(
                exception.group(1),
                more.isEmpty() ? first : first + "\n" + String.join("\n", more),
                String.join("\n", lines.subList(from, end)),
                String.join("\n", rest)));
    }

    /** Returns the index of the first line of the next exception in a chain of causes, or 0 if there is none. */
    private static int chained(int last, List<String> lines) {
        for (int chain = last + 2; chain + 2 < lines.size() && !lines.get(chain).equals(HEADER); chain++) {
            if (CHAINS.contains(lines.get(chain))
                    && lines.get(chain - 1).isEmpty()
                    && lines.get(chain + 1).isEmpty()) {
                return chain + 2;
            }
        }
        return 0;
    }

    /**
     * Returns the index of the line after the message of the last exception. The sentence above the traceback repeats
     * this message, and so shows how many lines belong to it.
     */
    private static int end(int last, int from, List<String> lines) {
        int sentence = 0;
        while (sentence < from && !lines.get(sentence).endsWith(lines.get(last))) {
            sentence++;
        }
        int end = last + 1;
        for (int same = sentence + 1;
                same < from && end < lines.size() && lines.get(same).equals(lines.get(end));
                same++) {
            end++;
        }
        return end;
    }

    /** Returns the index of the line with the exception's name, which is the first line after the indented ones. */
    private static int exception(int from, List<String> lines) {
        int line = lines.get(from).equals(HEADER) ? from + 1 : from;
        while (line < lines.size() && lines.get(line).startsWith(" ")) {
            line++;
        }
        return line;
    }
}
