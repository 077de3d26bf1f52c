package sg.aiverify.worker.testkit.machine;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apiguardian.api.API;
import org.junit.jupiter.api.Assumptions;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.files.internal.DirectoryTree;
import sg.aiverify.worker.isolation.HostPython;
import sg.aiverify.worker.isolation.Isolation;
import sg.aiverify.worker.python.PythonInterpreter;
import sg.aiverify.worker.python.PythonScripts;
import sg.aiverify.worker.testkit.python.EngineInterpreter;

/**
 * Skips tests that need something that this machine does not have. The reason has the form {@code needs <what>: <why it
 * is missing>}. Thread-safe.
 */
@API(status = EXPERIMENTAL, since = "1.0")
public final class Needs {
    /** The reasons why sandboxes do not work on this machine, by the sandbox's name; empty for a sandbox that works. */
    private static final Map<String, String> SANDBOXES = new HashMap<>();

    private Needs() {}

    /**
     * Skips the calling test unless a requirement is met.
     *
     * @param present true if the requirement is met
     * @param what the requirement
     * @param why the reason why the requirement is not met
     */
    public static void that(boolean present, String what, String why) {
        Assumptions.assumeTrue(present, () -> "needs " + what + ": " + why);
    }

    /**
     * Skips the calling test unless a worker on this machine would start with one of these sandboxes.
     *
     * @param words values of {@code TEWORKER_SANDBOX}, except {@code auto}
     * @throws InterruptedException if the thread is interrupted
     */
    public static void sandbox(String... words) throws InterruptedException {
        StringBuilder reasons = new StringBuilder();
        for (String word : words) {
            String reason = reason(word);
            if (reason.isEmpty()) {
                return;
            }
            reasons.append(reasons.isEmpty() ? "" : "; ").append(reason);
        }
        Assumptions.abort("needs " + reasons);
    }

    /**
     * Extracts the reason from the error about a sandbox that does not work on this machine.
     *
     * @param refusal the exception that {@link Isolation#choose} threw
     * @return {@code <sandbox>: <reason>}; several of them are separated by semicolons
     */
    public static String reason(ConfigurationException refusal) {
        // The reason is in brackets, after the setting and before the allowed values.
        String message = refusal.getMessage();
        return message.substring(message.indexOf('(') + 1, message.lastIndexOf(')'));
    }

    private static synchronized String reason(String word) throws InterruptedException {
        String known = SANDBOXES.get(word);
        if (known == null) {
            known = attempt(word);
            SANDBOXES.put(word, known);
        }
        return known;
    }

    private static String attempt(String word) throws InterruptedException {
        PythonInterpreter python = EngineInterpreter.base();
        try {
            Path directory = Files.createTempDirectory("sandbox");
            try {
                Path scripts = PythonScripts.ofCore(directory).directory();
                HostPython host = new HostPython(python.executable(), python.libraries(), scripts);
                Settings settings = Settings.of(Map.of(Isolation.SANDBOX.name(), word));
                Isolation.choose(settings, host, directory, System.getenv("PATH"))
                        .close();
                return "";
            } catch (ConfigurationException e) {
                return reason(e);
            } finally {
                DirectoryTree.delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
