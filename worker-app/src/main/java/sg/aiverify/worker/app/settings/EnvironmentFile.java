package sg.aiverify.worker.app.settings;

import io.github.cdimascio.dotenv.Dotenv;
import io.github.cdimascio.dotenv.DotenvException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import sg.aiverify.worker.failure.ConfigurationException;

/** The file {@code .env}. */
final class EnvironmentFile {
    static final String NAME = ".env";

    private EnvironmentFile() {}

    /**
     * Reads the file.
     *
     * @param directory where it lies, if it is there
     * @return its values by name; empty if there is no such file
     * @throws ConfigurationException if it cannot be read or has a line that is no assignment
     */
    static Map<String, String> read(Path directory) {
        Path file = directory.resolve(NAME);
        if (!Files.exists(file)) {
            return Map.of();
        }
        try {
            Map<String, String> values = new TreeMap<>();
            Dotenv.configure()
                    .directory(directory.toAbsolutePath().toString())
                    .filename(NAME)
                    .load()
                    .entries(Dotenv.Filter.DECLARED_IN_ENV_FILE)
                    .forEach(entry -> values.put(entry.getKey(), entry.getValue()));
            return values;
        } catch (DotenvException e) {
            // The library's message repeats the line, which may hold a secret.
            throw new ConfigurationException(
                    file.toAbsolutePath() + " cannot be read as settings; allowed: lines of the form NAME=value, empty"
                            + " lines and comments that start with #");
        }
    }
}
