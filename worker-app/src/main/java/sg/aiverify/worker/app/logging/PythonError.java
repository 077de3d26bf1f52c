package sg.aiverify.worker.app.logging;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An exception of an algorithm, as Python prints it within a message.
 *
 * @param type its class, with its package if it has one
 * @param message its message; may be empty
 * @param traceback all its lines, including those of its causes
 * @param rest the message without the traceback
 */
record PythonError(String type, String message, String traceback, String rest) {
    private static final String HEADER = "Traceback (most recent call last):";
    /** For a syntax error, Python prints only the location. */
    private static final Pattern PLACE = Pattern.compile(" {2}File \".*\", line \\d+");

    private static final Pattern EXCEPTION = Pattern.compile("([A-Za-z_][\\w.]*)(?:: (.*))?");
    private static final List<String> CHAINS = List.of(
            "The above exception was the direct cause of the following exception:",
            "During handling of the above exception, another exception occurred:");

    /** Finds the first traceback in a message; empty if there is none. */
    static Optional<PythonError> in(String text) {
        List<String> lines = text.lines().toList();
        for (int from = 1; from < lines.size(); from++) { // the first line is a sentence
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

    /** Returns the first line of the exception that the previous one caused, or 0 if there is none. */
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

    /** Returns the line after the text of the last exception. The sentence above the traceback repeats this text. */
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

    /** Returns the line with the name of the exception: the first one after the indented lines. */
    private static int exception(int from, List<String> lines) {
        int line = lines.get(from).equals(HEADER) ? from + 1 : from;
        while (line < lines.size() && lines.get(line).startsWith(" ")) {
            line++;
        }
        return line;
    }
}
