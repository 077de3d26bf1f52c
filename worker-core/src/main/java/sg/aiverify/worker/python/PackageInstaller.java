package sg.aiverify.worker.python;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.files.internal.DiskFailure;
import sg.aiverify.worker.isolation.HostPython;
import sg.aiverify.worker.isolation.Isolation;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.run.CancellationSource;
import sg.aiverify.worker.run.RunContext;

/**
 * Runs the programs that install packages. Packages are untrusted, so each installation has its own sandbox. In the
 * sandbox, a program can use the network, read its index settings, and write only to its target and its cache. The
 * programs run code of packages only if source builds are allowed. Thread-safe.
 */
@API(status = EXPERIMENTAL, since = "1.0")
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
     * @param settings the settings, with {@link Isolation#SANDBOX}; the sandbox is chosen at the first installation
     * @param dataDirectory the worker's data directory, in which sandboxes are tried
     * @param variables the worker's environment variables; those of {@link BuildVariables} are passed on
     * @param allowsSourceBuilds whether packages may be built from source, which runs their code
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
     * Checks whether packages may be built from source.
     *
     * @return false if only wheels are installed
     */
    public boolean allowsSourceBuilds() {
        return allowsSourceBuilds;
    }

    /**
     * Returns the environment variables of programs that run outside the sandbox.
     *
     * @return those of the worker's variables that {@link BuildVariables} passes on
     */
    public Map<String, String> variables() {
        return variables;
    }

    /**
     * Reads the package indexes of pip and uv. Does not run code of packages.
     *
     * @param interpreter the interpreter on which environments are based
     * @return the settings of each tool
     * @throws InfrastructureException if the settings cannot be read
     * @throws InterruptedException if the thread is interrupted
     */
    public PackageIndexes indexes(PythonInterpreter interpreter) throws InterruptedException {
        return PackageIndexes.of(answer(interpreter, "index", dataDirectory, new CancellationSource()));
    }

    /**
     * Searches for uv among the packages of the interpreter, then on the path. A version that is too old is ignored.
     *
     * @param interpreter the interpreter on which environments are based
     * @param indexes the package indexes that {@link #indexes} read with this interpreter
     * @return the command; empty if there is no usable uv
     * @throws InterruptedException if the thread is interrupted
     */
    public Optional<List<String>> uv(PythonInterpreter interpreter, PackageIndexes indexes)
            throws InterruptedException {
        return uv(interpreter, indexes, dataDirectory, new CancellationSource());
    }

    private Optional<List<String>> uv(
            PythonInterpreter interpreter, PackageIndexes indexes, Path directory, Cancellation cancellation)
            throws InterruptedException {
        Optional<List<String>> uv = findUv(interpreter, indexes);
        if (uv.isEmpty()) {
            return uv;
        }
        List<String> command = new ArrayList<>(uv.get());
        command.add("--version");
        OutputTail output = new OutputTail();
        new SupervisedProcess(interpreter.executable(), scripts)
                .run(command, directory, variables, output::addLine, new OutputTail(), cancellation);
        if (UvVersion.isAllowed(output.text())) {
            return uv;
        }
        log.warn(
                "{} is too old, using pip: version {} or later is needed, since older ones can write a package's"
                        + " scripts outside the environment",
                String.join(" ", uv.get()),
                UvVersion.OLDEST);
        return Optional.empty();
    }

    private Optional<List<String>> findUv(PythonInterpreter interpreter, PackageIndexes indexes) {
        if (indexes.interpreterHasUv()) {
            return Optional.of(List.of(interpreter.executable().toString(), "-m", "uv"));
        }
        return Stream.of(path.split(File.pathSeparator))
                .filter(directory -> directory.startsWith("/"))
                .map(directory -> FileNames.of(directory).resolve("uv"))
                .filter(Files::isExecutable)
                .filter(program -> FileNames.isPassable(program.toString()))
                .findFirst()
                .map(program -> List.of(program.toString()));
    }

    /**
     * Prepares one installation.
     *
     * @param interpreter the interpreter on which the environment is based
     * @param target the directory to install to
     * @param readable the paths that the programs need to read in addition to the interpreter
     * @param run the run that needs the packages
     * @return the installation, which runs the programs; to be closed when the last program has ended
     * @throws InfrastructureException if the sandbox cannot be prepared
     * @throws InterruptedException if the thread is interrupted
     */
    public Installation open(PythonInterpreter interpreter, Path target, List<Path> readable, RunContext run)
            throws InterruptedException {
        Isolation sandbox = isolation(interpreter);
        if (sandbox.leavesFilesOpen()) {
            scripts.restore(); // the previous run could have changed the files
        }
        JsonObject machine = answer(interpreter, "settings", run.workDirectory(), run.cancellation());
        PackageIndexes indexes = PackageIndexes.of(machine.getAsJsonObject("index"));
        if (!indexes.unknown().isEmpty()) {
            throw new InfrastructureException(
                    "Failed to install packages: " + indexes.problem(false).orElseThrow());
        }
        Optional<List<String>> uv = uv(interpreter, indexes, run.workDirectory(), run.cancellation());
        Map<String, String> all = new TreeMap<>(variables);
        machine.getAsJsonObject("variables").asMap().forEach((name, value) -> all.put(name, value.getAsString()));
        List<Path> visible = new ArrayList<>(readable);
        visible.add(interpreter.executable());
        visible.addAll(interpreter.libraries());
        visible.add(scripts.directory());
        uv.ifPresent(command -> visible.add(Path.of(command.get(0))));
        if (allowsSourceBuilds
                && sandbox.hasOwnUser()
                && !machine.getAsJsonArray("private").isEmpty()) {
            log.warn("Files that only root may read are not used for source builds: {}", machine.get("private"));
        }
        machine.getAsJsonArray("read").forEach(path -> visible.add(FileNames.of(path.getAsString())));
        return new Installation(
                this,
                sandbox,
                new SupervisedProcess(interpreter.executable(), scripts),
                new Installation.Tools(
                        scripts.path("packages.py"),
                        interpreter.prefix(),
                        uv,
                        indexes,
                        texts(machine.getAsJsonArray("passwords"))),
                all,
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

    private JsonObject answer(PythonInterpreter interpreter, String question, Path directory, Cancellation cancellation)
            throws InterruptedException {
        AtomicReference<@Nullable String> answer = new AtomicReference<>();
        OutputTail errors = new OutputTail();
        List<String> command = List.of(
                interpreter.executable().toString(),
                "-B",
                scripts.path("packages.py").toString(),
                question);
        SupervisedProcess.Ending ending = new SupervisedProcess(interpreter.executable(), scripts)
                .run(command, directory, variables, answer::set, errors, cancellation);
        String line = answer.get();
        try {
            if (ending.isSuccess() && line != null) {
                return JsonParser.parseString(line).getAsJsonObject();
            }
        } catch (JsonParseException | IllegalStateException e) {
            errors.addLine(line);
        }
        throw new InfrastructureException(FailureText.withOutput(
                "Could not read the settings of the package index: packages.py ended with " + ending, errors.text()));
    }

    static List<String> texts(JsonArray array) {
        return array.asList().stream().map(JsonElement::getAsString).toList();
    }

    /** Returns the path of a cache; null if the path cannot be passed to programs. */
    private static @Nullable Path path(JsonElement text) {
        return text.isJsonNull() || !FileNames.isPassable(text.getAsString()) ? null : Path.of(text.getAsString());
    }

    static Path createDirectories(Path directory) {
        try {
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw DiskFailure.inRunDirectory(directory, e);
        }
    }
}
