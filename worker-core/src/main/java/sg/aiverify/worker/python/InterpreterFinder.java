package sg.aiverify.worker.python;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;

/**
 * Finds a Python that algorithms can run in: 3.10 to 3.12, as the engine demands. Suitable is what ran and told its
 * version; names on the path may be shims of versions that are not installed.
 */
public final class InterpreterFinder {
    /** The interpreter to use. */
    public static final Setting<String> PYTHON = Setting.text(
            "PYTHON", null, "Python 3.10 to 3.12 to run algorithms in; default: python3, else the first suitable");

    private static final Logger log = LogManager.getLogger(InterpreterFinder.class);
    private static final List<String> CANDIDATES =
            List.of("python3", "python3.12", "python3.11", "python3.10", "python");
    private static final String ALLOWED = "Python 3.10, 3.11 or 3.12 is needed";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Path probe;
    private final Map<String, String> variables;

    /**
     * Creates the finder.
     *
     * @param scripts holds probe.py
     * @param variables the worker's environment variables; {@code PATH} tells where to look
     */
    public InterpreterFinder(PythonScripts scripts, Map<String, String> variables) {
        this.probe = scripts.path("probe.py");
        this.variables = new TreeMap<>(variables);
        this.variables.keySet().removeIf(name -> name.startsWith("PYTHON"));
    }

    /**
     * Finds the interpreter to use.
     *
     * @param settings may hold {@link #PYTHON}
     * @return the interpreter set, else the first suitable
     * @throws ConfigurationException if there is none, listing what was found
     * @throws InterruptedException if the thread is interrupted
     */
    public PythonInterpreter find(Settings settings) throws InterruptedException {
        boolean isSet = settings.isSet(PYTHON);
        List<String> commands = isSet ? List.of(settings.get(PYTHON)) : CANDIDATES;
        List<String> found = new ArrayList<>();
        for (String command : commands) {
            try {
                return probe(command);
            } catch (UnsuitableException e) {
                found.add(command + " " + e.getMessage());
            }
        }
        String tried = String.join("; ", found);
        throw new ConfigurationException(
                isSet
                        ? "PYTHON is not usable: " + tried + ". " + ALLOWED
                        : ALLOWED + ", none was found on the PATH: " + tried + ". Set PYTHON to one");
    }

    private PythonInterpreter probe(String command) throws InterruptedException, UnsuitableException {
        Path answer = null;
        try {
            answer = Files.createTempFile("python-probe", ".json");
            Process process = start(command, answer);
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new UnsuitableException("did not answer within " + PATIENCE.toSeconds() + " s");
            }
            if (process.exitValue() != 0) {
                throw new UnsuitableException("ended with exit code " + process.exitValue());
            }
            return interpreter(command, Files.readString(answer));
        } catch (IOException e) {
            throw new UnsuitableException("cannot be run (" + e.getMessage() + ")");
        } finally {
            delete(answer);
        }
    }

    private Process start(String command, Path answer) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command, "-B", probe.toString())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectOutput(answer.toFile());
        builder.environment().clear();
        builder.environment().putAll(variables);
        return builder.start();
    }

    private static PythonInterpreter interpreter(String command, String answer) throws UnsuitableException {
        try {
            return interpreter(command, JsonParser.parseString(answer).getAsJsonObject());
        } catch (RuntimeException e) { // Gson tells of a wrong shape by half a dozen of them
            log.debug("The answer of {}: {}", command, answer, e);
            throw new UnsuitableException("runs, but does not answer as Python does");
        }
    }

    private static PythonInterpreter interpreter(String command, JsonObject told) throws UnsuitableException {
        String version = told.get("version").getAsString();
        if (!version.matches("3\\.(10|11|12)\\..*")) {
            throw new UnsuitableException("is Python " + version);
        }
        List<Path> sitePaths = new ArrayList<>();
        told.getAsJsonArray("sitePaths").forEach(path -> sitePaths.add(Path.of(path.getAsString())));
        List<Path> readPaths = new ArrayList<>();
        told.getAsJsonArray("readPaths").forEach(path -> readPaths.add(Path.of(path.getAsString())));
        Map<String, String> distributions = new TreeMap<>();
        told.getAsJsonObject("distributions")
                .asMap()
                .forEach((name, installed) ->
                        distributions.put(name, installed.isJsonNull() ? "" : installed.getAsString()));
        JsonElement userBase = told.get("userBase");
        return new PythonInterpreter(
                command,
                Path.of(told.get("executable").getAsString()),
                version,
                Path.of(told.get("prefix").getAsString()),
                Path.of(told.get("basePrefix").getAsString()),
                sitePaths,
                readPaths,
                userBase.isJsonNull() ? null : Path.of(userBase.getAsString()),
                distributions);
    }

    private static void delete(@Nullable Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            file.toFile().deleteOnExit();
        }
    }

    private static final class UnsuitableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnsuitableException(String message) {
            super(message);
        }
    }
}
