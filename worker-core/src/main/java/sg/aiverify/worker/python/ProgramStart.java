package sg.aiverify.worker.python;

import java.util.List;
import java.util.Map;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.InfrastructureException;

/** Prepares programs so that their arguments and variables reach them letter by letter, or they are not started. */
final class ProgramStart {
    private ProgramStart() {}

    /**
     * Prepares a program. What this process itself was started with is passed on byte by byte.
     *
     * @param command program and arguments
     * @param variables its whole environment
     * @return what starts it
     * @throws InfrastructureException if Java would change a letter
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
                    "A program cannot be started: " + what + " has letters that would not reach it, since "
                            + FileNames.limit().orElseThrow());
        }
    }
}
