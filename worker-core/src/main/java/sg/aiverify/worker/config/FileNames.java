package sg.aiverify.worker.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.failure.TaskFailedException;

/**
 * The names that files can have here: Java takes their encoding from the locale that the process was started with, and
 * in the locale {@code C} it knows ASCII only.
 */
public final class FileNames {
    private static final String ENCODING = System.getProperty("sun.jnu.encoding", "UTF-8");

    private FileNames() {}

    /**
     * Says what keeps this process from using any name.
     *
     * @return which encoding it has and what to do; empty if that is UTF-8
     */
    public static Optional<String> limit() {
        return limit(ENCODING);
    }

    static Optional<String> limit(String encoding) {
        return encoding.equalsIgnoreCase("UTF-8")
                ? Optional.empty()
                : Optional.of("the locale gives Java the encoding " + encoding
                        + " for the names of files; for names with other letters, start it with LC_ALL=C.UTF-8");
    }

    /**
     * Makes a path of a text that the operator or the system gave.
     *
     * @param what names the text in the message
     * @param text the path
     * @return the path
     * @throws ConfigurationException if it cannot be one here, with what to do
     */
    public static Path path(String what, String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new ConfigurationException(
                    what + " '" + text + "' cannot be used as a path: " + limit().orElseGet(e::getReason));
        }
    }

    /**
     * Returns the home directory of the user that this process runs as.
     *
     * @return its path; need not exist
     * @throws ConfigurationException if it cannot be one here, with what to do
     */
    public static Path home() {
        return path("The home directory", System.getProperty("user.home"));
    }

    /**
     * Makes the path of a file whose name a task or a download gave.
     *
     * @param directory where the file is to be
     * @param name its name, or a relative path
     * @param what names the file in the message
     * @return the path
     * @throws InfrastructureException if this process cannot use the name; a worker with another locale can
     * @throws TaskFailedException if no worker can
     */
    public static Path resolve(Path directory, String name, String what) {
        return resolve(directory, name, what, limit());
    }

    static Path resolve(Path directory, String name, String what, Optional<String> limit) {
        try {
            return directory.resolve(name);
        } catch (InvalidPathException e) {
            String failed = what + " cannot be stored under its name: ";
            throw limit.<StageException>map(reason -> new InfrastructureException(failed + reason, e))
                    .orElseGet(() -> new TaskFailedException(failed + e.getReason(), e));
        }
    }
}
