package sg.aiverify.worker.app;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;
import sg.aiverify.worker.config.internal.NearestName;

/** Says in plain words what is wrong with the arguments of a command. */
final class OptionErrors {
    private static final Pattern NO_PAIR = Pattern.compile(
            "(?s)Value for option option '(?<option>--[\\w-]+)' \\((?<form>.*?)\\) should be in .* format but was (?<value>.*)");

    private OptionErrors() {}

    /** Gives one sentence. What is unknown comes before what is missing, since it is often the same. */
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
                    + meant(name, command.getCommandSpec().optionsMap().keySet());
        }
        if (command.getSubcommands().isEmpty()) {
            return "Unexpected argument: '" + first
                    + "'; everything is given by options, and a value with spaces in quotes";
        }
        return "Unknown command: '" + first + "'"
                + meant(first, command.getSubcommands().keySet());
    }

    private static String meant(String name, Set<String> known) {
        return NearestName.of(name, known)
                .map(candidate -> "; did you mean " + candidate + "?")
                .orElse("");
    }
}
