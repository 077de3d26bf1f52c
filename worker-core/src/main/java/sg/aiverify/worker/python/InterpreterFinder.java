package sg.aiverify.worker.python;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.Reason;

/**
 * Finds a Python interpreter for algorithms. AI Verify's engine requires Python 3.10 to 3.12. The finder starts each
 * candidate and reads its version, since a name on the path may be a shim for a version that is not installed.
 */
@API(status = EXPERIMENTAL, since = "1.0")
public final class InterpreterFinder {
    /** The interpreter to use. */
    public static final Setting<String> PYTHON = Setting.text(
                    "PYTHON", null, "Python that creates the environments: 3.10, 3.11 or 3.12")
            .inGroup("Python and directories")
            .whenNotSet("`python3`, else the first suitable one")
            .withDetails("""
                    The value is a path, or a name on the path.
                    If it is not set, the worker uses `python3` if that is suitable.
                    Else it uses the first suitable Python on the path.
                    """);

    private static final Logger log = LogManager.getLogger(InterpreterFinder.class);
    private static final List<String> CANDIDATES =
            List.of("python3", "python3.12", "python3.11", "python3.10", "python");
    private static final String ALLOWED = "Python 3.10, 3.11 or 3.12 is needed";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Matches {@code error=2, No such file} of JDK 17, and {@code error: 2 (No such file)} of JDK 25. */
    private static final Pattern SYSTEM_ERROR = Pattern.compile("error(?:=|: )(\\d+)(?:, | \\()([^)]+)\\)?$");
    /** https://man7.org/linux/man-pages/man3/errno.3.html */
    private static final String NO_SUCH_FILE = "2";

    private final Path probe;
    private final Map<String, String> variables;

    /**
     * Creates the finder.
     *
     * @param scripts contains probe.py
     * @param variables the worker's environment variables; the directories in {@code PATH} are searched
     */
    public InterpreterFinder(PythonScripts scripts, Map<String, String> variables) {
        this.probe = scripts.path("probe.py");
        this.variables = new TreeMap<>(variables);
        this.variables.keySet().removeIf(name -> name.startsWith("PYTHON"));
        this.variables.put("PYTHONUTF8", "1"); // file names are in UTF-8 in any locale
    }

    /**
     * Finds the interpreter to use.
     *
     * @param settings may contain {@link #PYTHON}
     * @return the interpreter in the settings, else the first suitable one
     * @throws ConfigurationException if there is no suitable interpreter; the message lists the candidates
     * @throws InterruptedException if the thread is interrupted
     */
    public PythonInterpreter find(Settings settings) throws InterruptedException {
        return find(settings, List.of());
    }

    /**
     * Finds the interpreter to use, and checks whether packages can be installed in a directory.
     *
     * @param settings may contain {@link #PYTHON}
     * @param packages an existing directory; packages will be installed below it
     * @return the interpreter in the settings, else the first suitable one
     * @throws ConfigurationException if there is no suitable interpreter, and the message lists the candidates; or if
     *     the directory is on a file system from which compiled code cannot be loaded
     * @throws InterruptedException if the thread is interrupted
     */
    public PythonInterpreter find(Settings settings, Path packages) throws InterruptedException {
        return find(settings, List.of(packages.toString()));
    }

    private PythonInterpreter find(Settings settings, List<String> directory) throws InterruptedException {
        boolean isSet = settings.isSet(PYTHON);
        List<String> commands = isSet ? List.of(settings.get(PYTHON)) : CANDIDATES;
        List<String> found = new ArrayList<>();
        for (String command : commands) {
            requirePath(command);
            try {
                return probe(command, directory);
            } catch (UnsuitableException e) {
                found.add(command + (isSet ? ": " : " ") + e.getMessage());
            }
        }
        String tried = String.join("; ", found);
        throw new ConfigurationException(
                isSet
                        ? PYTHON + "=" + tried + ". " + ALLOWED
                        : ALLOWED + ", but was not found on the PATH: " + tried + ". Set PYTHON to its path");
    }

    /** Requires a PATH. Without a PATH, an interpreter that is started by its name cannot find its own files. */
    private void requirePath(String command) {
        if (command.indexOf('/') < 0 && !variables.containsKey("PATH")) {
            throw new ConfigurationException("Could not search for " + command
                    + ": the variable PATH is not set in the worker's environment. Set PYTHON to the path of an"
                    + " interpreter, or set PATH");
        }
    }

    private PythonInterpreter probe(String command, List<String> directory)
            throws InterruptedException, UnsuitableException {
        Path answer = null;
        requirePassable(command);
        try {
            answer = Files.createTempFile("python-probe", ".json");
            Process process = start(command, directory, answer);
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new UnsuitableException("did not end within " + PATIENCE.toSeconds() + " s");
            }
            if (process.exitValue() != 0) {
                throw new UnsuitableException("ended with exit code " + process.exitValue());
            }
            JsonObject reported = parsed(command, Files.readString(answer));
            PythonInterpreter found = interpreter(command, reported);
            JsonElement refusal = reported.get("refusesCode");
            if (refusal != null && !refusal.isJsonNull()) {
                throw new ConfigurationException("No compiled code can be loaded from " + directory.get(0) + ": "
                        + refusal.getAsString() + ". Many packages contain such code. Set TEWORKER_DATA_DIR to a"
                        + " directory on another file system, or mount this one without noexec");
            }
            return found;
        } catch (IOException e) {
            throw new UnsuitableException(whyNotRun(command, e));
        } finally {
            delete(answer);
        }
    }

    /** Returns only the system's reason. Java's message contains it as part of a longer sentence. */
    private static String whyNotRun(String command, IOException e) {
        Matcher system = SYSTEM_ERROR.matcher(Reason.of(e));
        if (!system.find()) {
            return "cannot be run (" + Reason.of(e) + ")";
        }
        boolean isPath = command.indexOf('/') >= 0;
        boolean isThere = isPath && Files.exists(FileNames.of(command));
        if (system.group(1).equals(NO_SUCH_FILE) && !isThere) {
            return isPath ? "no such file" : "not found on the PATH";
        }
        return "cannot be run (" + system.group(2) + ")";
    }

    private static void requirePassable(String command) throws UnsuitableException {
        if (!FileNames.isPassable(command)) {
            throw new UnsuitableException("has characters in its path that cannot be passed to programs, since "
                    + FileNames.limit().orElseThrow());
        }
    }

    private Process start(String command, List<String> directory, Path answer) throws IOException {
        List<String> line = new ArrayList<>(List.of(command, "-B", probe.toString()));
        line.addAll(directory);
        ProcessBuilder builder = ProgramStart.prepare(line, variables)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectOutput(answer.toFile());
        return builder.start();
    }

    private static JsonObject parsed(String command, String answer) throws UnsuitableException {
        try {
            return JsonParser.parseString(answer).getAsJsonObject();
        } catch (RuntimeException e) { // for an unexpected value, Gson throws several kinds of exceptions
            throw strange(command, answer, e);
        }
    }

    private static UnsuitableException strange(String command, Object answer, RuntimeException e) {
        log.debug("The output of {}: {}", command, answer, e);
        return new UnsuitableException("runs, but does not behave like Python");
    }

    private static PythonInterpreter interpreter(String command, JsonObject reported) throws UnsuitableException {
        try {
            return described(command, reported);
        } catch (RuntimeException e) {
            throw strange(command, reported, e);
        }
    }

    private static PythonInterpreter described(String command, JsonObject reported) throws UnsuitableException {
        String version = reported.get("version").getAsString();
        if (!version.matches("3\\.(10|11|12)\\..*")) {
            throw new UnsuitableException("is Python " + version);
        }
        Path executable = FileNames.of(reported.get("executable").getAsString());
        requirePassable(executable.toString());
        List<Path> sitePaths = new ArrayList<>();
        reported.getAsJsonArray("sitePaths").forEach(path -> sitePaths.add(FileNames.of(path.getAsString())));
        List<Path> readPaths = new ArrayList<>();
        reported.getAsJsonArray("readPaths").forEach(path -> readPaths.add(FileNames.of(path.getAsString())));
        Map<String, String> distributions = new TreeMap<>();
        reported.getAsJsonObject("distributions")
                .asMap()
                .forEach((name, installed) ->
                        distributions.put(name, installed.isJsonNull() ? "" : installed.getAsString()));
        JsonElement userBase = reported.get("userBase");
        return new PythonInterpreter(
                command,
                executable,
                version,
                FileNames.of(reported.get("prefix").getAsString()),
                FileNames.of(reported.get("basePrefix").getAsString()),
                sitePaths,
                readPaths,
                userBase.isJsonNull() ? null : FileNames.of(userBase.getAsString()),
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
