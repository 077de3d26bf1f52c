package sg.aiverify.worker.app.logging;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An exception of an algorithm, as Python prints it among the lines of a message.
 *
 * @param type its class, with its package where it has one
 * @param message what it says; may be empty
 * @param traceback all lines of it, those of the exceptions that led to it among them
 * @param rest the message without the traceback
 */
record PythonError(String type, String message, String traceback, String rest) {
    private static final String HEADER = "Traceback (most recent call last):";
    /** Of a mistake in the grammar, Python prints the place alone. */
    private static final Pattern PLACE = Pattern.compile(" {2}File \".*\", line \\d+");

    private static final Pattern EXCEPTION = Pattern.compile("([A-Za-z_][\\w.]*)(?:: (.*))?");
    private static final List<String> CHAINS = List.of(
            "The above exception was the direct cause of the following exception:",
            "During handling of the above exception, another exception occurred:");

    /** Finds the first traceback in a message; empty if there is none. */
    static Optional<PythonError> in(String text) {
        List<String> lines = text.lines().toList();
        for (int from = 1; from < lines.size(); from++) { // the message begins with a sentence
            if (lines.get(from).equals(HEADER) || PLACE.matcher(lines.get(from)).matches()) {
                return at(from, lines);
            }
        }
        return Optional.empty();
    }

    private static Optional<PythonError> at(int from, List<String> lines) {
        int last = exception(from, lines);
        while (last + 4 < lines.size()
                && lines.get(last + 1).isEmpty()
                && CHAINS.contains(lines.get(last + 2))
                && lines.get(last + 3).isEmpty()) {
            last = exception(last + 4, lines);
        }
        if (last >= lines.size()) {
            return Optional.empty();
        }
        Matcher exception = EXCEPTION.matcher(lines.get(last));
        if (!exception.matches()) {
            return Optional.empty();
        }
        List<String> rest = new ArrayList<>(lines.subList(0, from));
        rest.addAll(lines.subList(last + 1, lines.size()));
        return Optional.of(new PythonError(
                exception.group(1),
                exception.group(2) == null ? "" : exception.group(2),
                String.join("\n", lines.subList(from, last + 1)),
                String.join("\n", rest)));
    }

    /** Returns the line that names the exception: the first after those that are indented. */
    private static int exception(int from, List<String> lines) {
        int line = lines.get(from).equals(HEADER) ? from + 1 : from;
        while (line < lines.size() && lines.get(line).startsWith(" ")) {
            line++;
        }
        return line;
    }
}
