package sg.aiverify.worker.python;

import java.util.List;
import java.util.Map;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.InfrastructureException;

/** Prepares the start of programs. Refuses arguments and variables that Java would not pass on unchanged. */
final class ProgramStart {
    private ProgramStart() {}

    /**
     * Prepares the start of a program. A variable that this process has with the same value keeps its exact bytes.
     *
     * @param command the program and its arguments
     * @param variables all environment variables of the program
     * @return the builder that starts it
     * @throws InfrastructureException if Java would change a character of an argument or a variable
     */
    static ProcessBuilder prepare(List<String> command, Map<String, String> variables) {
        command.forEach(word -> requirePassable("the argument '" + word + "'", word));
        ProcessBuilder builder = new ProcessBuilder(command);
        Map<String, String> own = builder.environment();
        own.keySet().retainAll(variables.keySet());
        variables.forEach((name, value) -> {
            String inherited = own.get(name);
            if (inherited == null || !FileNames.isSeenAs(value, inherited)) {
                requirePassable("the variable " + name, value);
                own.put(name, value);
            }
        });
        return builder;
    }

    private static void requirePassable(String what, String text) {
        if (!FileNames.isPassable(text)) {
            throw new InfrastructureException(
                    "Could not start a program: " + what + " has characters that cannot be passed to it, since "
                            + FileNames.limit().orElseThrow());
        }
    }
}
