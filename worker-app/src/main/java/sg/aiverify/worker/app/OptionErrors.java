package sg.aiverify.worker.app;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;
import sg.aiverify.worker.config.internal.NearestName;

/** Plain error messages for wrong arguments of a command. */
final class OptionErrors {
    private static final Pattern NO_PAIR = Pattern.compile(
            "(?s)Value for option option '(?<option>--[\\w-]+)' \\((?<form>.*?)\\) should be in .* format but was (?<value>.*)");

    private OptionErrors() {}

    /**
     * Returns the error in one sentence. If an option is unknown and another one is missing, reports the unknown
     * option, which is often a misspelling of the missing one.
     */
    static String in(ParameterException e) {
        List<String> unmatched = e instanceof UnmatchedArgumentException all
                ? all.getUnmatched()
                : e.getCommandLine().getUnmatchedArguments();
        if (!unmatched.isEmpty()) {
            return unknown(unmatched, e.getCommandLine());
        }
        String message = String.valueOf(e.getMessage()).replaceFirst("^Error: ", "");
        var pair = NO_PAIR.matcher(message);
        return pair.matches()
                ? pair.group("option") + " is '" + pair.group("value") + "'; allowed: " + pair.group("form")
                : message;
    }

    private static String unknown(List<String> unmatched, CommandLine command) {
        String first = unmatched.stream()
                .filter(each -> each.startsWith("-") && each.length() > 1)
                .findFirst()
                .orElse(unmatched.get(0));
        if (first.startsWith("-") && first.length() > 1) {
            String name = first.replaceFirst("=.*", "");
            return "Unknown option: '" + name + "'"
                    + suggestion(name, command.getCommandSpec().optionsMap().keySet());
        }
        if (command.getSubcommands().isEmpty()) {
            return "Unexpected argument: '" + first + "'; use options only, and put values with spaces in quotes";
        }
        return "Unknown command: '" + first + "'"
                + suggestion(first, command.getSubcommands().keySet());
    }

    private static String suggestion(String name, Set<String> known) {
        return NearestName.of(name, known)
                .map(candidate -> "; did you mean " + candidate + "?")
                .orElse("");
    }
}
