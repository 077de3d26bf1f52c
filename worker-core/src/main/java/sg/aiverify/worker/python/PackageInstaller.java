package sg.aiverify.worker.python;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.isolation.HostPython;
import sg.aiverify.worker.isolation.Isolation;
import sg.aiverify.worker.run.RunContext;

/**
 * Runs the programs that install packages. What they install is foreign, so each has a sandbox of its own: it reaches
 * the network and the settings of its index, writes only what it makes and its cache, and starts nothing of a package
 * unless source builds are allowed. Thread-safe.
 */
public final class PackageInstaller {
    private static final Logger log = LogManager.getLogger(PackageInstaller.class);

    private final PythonScripts scripts;
    private final Map<String, String> variables;
    private final boolean allowsSourceBuilds;
    private final Settings settings;
    private final Path dataDirectory;
    private final String path;
    private @Nullable Isolation isolation;

    /**
     * Creates the installer.
     *
     * @param scripts the Python files of worker-core
     * @param settings hold {@link Isolation#SANDBOX}, by which the sandbox is picked when it is needed first
     * @param dataDirectory where to try sandboxes
     * @param variables the worker's environment variables; those of {@link BuildVariables} are passed on
     * @param allowsSourceBuilds whether packages may be built, which runs their code
     */
    public PackageInstaller(
            PythonScripts scripts,
            Settings settings,
            Path dataDirectory,
            Map<String, String> variables,
            boolean allowsSourceBuilds) {
        this.scripts = Objects.requireNonNull(scripts, "scripts");
        this.settings = Objects.requireNonNull(settings, "settings");
        this.dataDirectory = Objects.requireNonNull(dataDirectory, "dataDirectory");
        this.path = variables.getOrDefault("PATH", "");
        this.variables = BuildVariables.of(variables);
        this.allowsSourceBuilds = allowsSourceBuilds;
    }

    /**
     * Tells whether packages may be built.
     *
     * @return false if only wheels are installed
     */
    public boolean allowsSourceBuilds() {
        return allowsSourceBuilds;
    }

    /**
     * Gives the environment variables that programs get which run outside the sandbox.
     *
     * @return those that are passed on of the worker's
     */
    public Map<String, String> variables() {
        return variables;
    }

    /**
     * Prepares one installation.
     *
     * @param interpreter the base of what is made
     * @param target the directory to fill
     * @param readable what the programs must be able to read beside the interpreter
     * @param run the run it is for
     * @return the way to run programs; close it when the last has ended
     * @throws InfrastructureException if the sandbox cannot be prepared
     * @throws InterruptedException if the thread is interrupted
     */
    public Installation open(PythonInterpreter interpreter, Path target, List<Path> readable, RunContext run)
            throws InterruptedException {
        Isolation sandbox = isolation(interpreter);
        if (sandbox.leavesFilesOpen()) {
            scripts.restore(); // the run before could have changed them
        }
        JsonObject machine = machineSettings(interpreter, run);
        List<Path> visible = new ArrayList<>(readable);
        visible.add(interpreter.executable());
        visible.addAll(interpreter.libraries());
        visible.add(scripts.directory());
        if (allowsSourceBuilds
                && sandbox.hasOwnUser()
                && !machine.getAsJsonArray("private").isEmpty()) {
            log.warn("Not used where packages are built, since only root may read them: {}", machine.get("private"));
        }
        machine.getAsJsonArray("read").forEach(path -> visible.add(FileNames.of(path.getAsString())));
        return new Installation(
                this,
                sandbox,
                new SupervisedProcess(interpreter.executable(), scripts),
                scripts.path("packages.py"),
                new Installation.Reach(target, visible, path(machine.get("pipCache")), path(machine.get("uvCache"))),
                run);
    }

    private synchronized Isolation isolation(PythonInterpreter interpreter) throws InterruptedException {
        Isolation chosen = isolation;
        if (chosen == null) {
            HostPython python = new HostPython(interpreter.executable(), interpreter.libraries(), scripts.directory());
            chosen = Isolation.forInstallers(settings, python, dataDirectory, path);
            isolation = chosen;
        }
        return chosen;
    }

    private JsonObject machineSettings(PythonInterpreter interpreter, RunContext run) throws InterruptedException {
        AtomicReference<@Nullable String> answer = new AtomicReference<>();
        OutputTail errors = new OutputTail();
        List<String> command = List.of(
                interpreter.executable().toString(),
                "-B",
                scripts.path("packages.py").toString(),
                "settings");
        SupervisedProcess.Ending ending = new SupervisedProcess(interpreter.executable(), scripts)
                .run(command, run.workDirectory(), variables, answer::set, errors, run.cancellation());
        String line = answer.get();
        try {
            if (ending.isSuccess() && line != null) {
                return JsonParser.parseString(line).getAsJsonObject();
            }
        } catch (JsonParseException | IllegalStateException e) {
            errors.addLine(line);
        }
        throw new InfrastructureException(FailureText.withOutput(
                "The settings of the package index cannot be read: packages.py ended with " + ending, errors.text()));
    }

    /** A cache whose path does not reach the program is not used. */
    private static @Nullable Path path(JsonElement text) {
        return text.isJsonNull() || !FileNames.isPassable(text.getAsString()) ? null : Path.of(text.getAsString());
    }

    static Path createDirectories(Path directory) {
        try {
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw new InfrastructureException("The run's directory " + directory + " cannot be written", e);
        }
    }
}
