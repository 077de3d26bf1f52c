package sg.aiverify.worker.python;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.files.internal.DirectoryTree;
import sg.aiverify.worker.files.internal.DiskFailure;
import sg.aiverify.worker.isolation.Confinement;
import sg.aiverify.worker.isolation.Isolation;
import sg.aiverify.worker.run.RunContext;

/**
 * Runs the programs that install packages into one directory. All of them run in the same sandbox, one after the other.
 * Created by {@link PackageInstaller#open}. Not thread-safe.
 */
@API(status = EXPERIMENTAL, since = "1.0")
public final class Installation implements AutoCloseable {
    private static final Logger log = LogManager.getLogger(Installation.class);

    private final Tools tools;
    private final boolean allowsSourceBuilds;
    private final Path directory;
    private final Path work;
    private final Path temporary;
    private final Map<String, String> variables;
    private final Confinement confinement;
    private final SupervisedProcess processes;
    private final RunContext run;

    /**
     * The installers and their settings.
     *
     * @param packages the path of packages.py, which runs pip
     * @param prefix the environment whose {@code pip.conf} applies
     * @param uv the command of uv; empty if there is no usable uv
     * @param indexes the package indexes of pip and uv
     * @param passwords the passwords in addresses of indexes, which must not be shown
     */
    record Tools(
            Path packages, Path prefix, Optional<List<String>> uv, PackageIndexes indexes, List<String> passwords) {}

    /**
     * The paths that the programs can reach.
     *
     * @param target the directory to install to
     * @param readable the paths that they may read in addition to the system's libraries
     * @param pipCache the cache that pip shares with other runs; null to use no such cache
     * @param uvCache the cache that uv shares with other runs; null to use no such cache
     */
    record Reach(
            Path target,
            List<Path> readable,
            @Nullable Path pipCache,
            @Nullable Path uvCache) {}

    Installation(
            PackageInstaller installer,
            Isolation isolation,
            SupervisedProcess processes,
            Tools tools,
            Map<String, String> ofTheMachine,
            Reach reach,
            RunContext run) {
        this.tools = tools;
        this.allowsSourceBuilds = installer.allowsSourceBuilds();
        this.run = run;
        this.directory = run.workDirectory().resolve("installation-" + UUID.randomUUID());
        this.work = PackageInstaller.createDirectories(directory.resolve("work"));
        this.temporary = PackageInstaller.createDirectories(directory.resolve("tmp"));
        this.variables = new TreeMap<>(ofTheMachine);
        List<Path> writable = new ArrayList<>(List.of(work, reach.target()));
        Path seen = isolation.hasOwnTmp() ? Path.of("/tmp") : temporary;
        Path own = seen.resolve("cache");
        // If packages are built, their code can change each cache of the installer. So other runs must not use this
        // cache.
        Path pip = allowsSourceBuilds ? own.resolve("pip") : reach.pipCache();
        Path uv = allowsSourceBuilds ? own.resolve("uv") : reach.uvCache();
        if (allowsSourceBuilds) {
            variables.put("XDG_CACHE_HOME", own.toString());
        } else {
            Stream.of(pip, uv).filter(path -> path != null).forEach(writable::add);
        }
        putPath("PIP_CACHE_DIR", pip);
        putPath("UV_CACHE_DIR", uv);
        putPath("TMPDIR", seen);
        endSearchOfUv();
        this.confinement =
                isolation.confineInstaller(directory, temporary, reach.readable(), writable, allowsSourceBuilds);
        this.processes = processes.confined(confinement);
    }

    /** Creates an empty uv.toml, so that uv does not use a uv.toml or pyproject.toml of a parent directory. */
    private void endSearchOfUv() {
        try {
            Files.createFile(work.resolve("uv.toml"));
        } catch (IOException e) {
            throw DiskFailure.inRunDirectory(work, e);
        }
    }

    private void putPath(String name, @Nullable Path path) {
        if (path != null) {
            variables.put(name, path.toString());
        }
    }

    /**
     * Runs a program to its end.
     *
     * @param command the program and its arguments
     * @param onLine called for each line of its standard output
     * @param errors collects its standard error
     * @return the program's exit code or signal
     * @throws TaskFailedException if the program exceeded a limit, such as that of memory or files
     * @throws InterruptedException if the thread is interrupted; the program was killed
     */
    public SupervisedProcess.Ending run(List<String> command, Consumer<String> onLine, OutputTail errors)
            throws InterruptedException {
        emptyTemporary();
        SupervisedProcess.Ending ending = processes.run(command, work, variables, onLine, errors, run.cancellation());
        if (!ending.isSuccess()) {
            confinement.findExcess().ifPresent(excess -> {
                throw new TaskFailedException("Failed to install packages: " + excess);
            });
        }
        return ending;
    }

    /**
     * Returns the package indexes.
     *
     * @return the index settings of each tool, as they were when this installation was opened
     */
    public PackageIndexes indexes() {
        return tools.indexes;
    }

    /**
     * Returns the command of uv.
     *
     * @return the command; empty if there is no usable uv
     */
    public Optional<List<String>> uv() {
        return tools.uv;
    }

    /**
     * Returns the command line that runs pip. With it, pip does not read addresses that packages list. It builds
     * packages only if source builds are allowed.
     *
     * @param python the interpreter whose packages count as installed
     * @param command the command of pip, {@code install} or {@code download}
     * @param place the location of pip, if pip is not one of the interpreter's packages
     * @return the command line; the caller appends options and requirements
     */
    public List<String> pip(Path python, String command, Optional<Path> place) {
        List<String> line = new ArrayList<>(List.of(python.toString(), "-B", tools.packages.toString(), "pip"));
        line.addAll(List.of("--site", tools.prefix.toString()));
        place.ifPresent(path -> line.addAll(List.of("--from", path.toString())));
        if (allowsSourceBuilds) {
            line.add("--builds");
        }
        line.addAll(List.of(command, "--no-input", "--no-color", "--disable-pip-version-check"));
        line.addAll(List.of("--progress-bar", "off", "--log", log().toString()));
        if (command.equals("install")) {
            line.add("--no-user"); // an environment cannot have user packages, even if pip.conf requests them
        }
        line.addAll(wheelsOnly());
        return line;
    }

    /**
     * Returns the options of pip and uv that refuse source distributions.
     *
     * @return the options; empty if source builds are allowed
     */
    public List<String> wheelsOnly() {
        return allowsSourceBuilds ? List.of() : List.of("--only-binary", ":all:");
    }

    /**
     * Creates the exception for a failed program.
     *
     * @param what the step that failed, in a user's words, for example {@code build virtual environment}
     * @param tool the name of the installer
     * @param ending the exit code or the signal of the installer
     * @param output the end of the installer's output
     * @return the exception to throw
     */
    public StageException failure(String what, String tool, SupervisedProcess.Ending ending, String output) {
        List<String> unread =
                InstallFailure.unreadAddresses(log()).stream().map(this::masked).toList();
        return InstallFailure.of(what, tool, ending, masked(output), unread);
    }

    /** Masks known passwords. A pattern would miss some, since the tools also show parts of addresses. */
    private String masked(String text) {
        String masked = text;
        for (String password : tools.passwords) {
            masked = masked.replace(password, "***");
        }
        return masked;
    }

    private Path log() {
        return work.resolve("pip.log");
    }

    /**
     * Removes the files of the previous program and the sandbox's mount points, which could affect the next program.
     */
    private void emptyTemporary() {
        try {
            DirectoryTree.delete(temporary);
        } catch (IOException e) {
            throw DiskFailure.inRunDirectory(temporary, e);
        }
        PackageInstaller.createDirectories(temporary);
    }

    /** Deletes the temporary files, and the caches that are not shared. */
    @Override
    public void close() {
        confinement.close();
        try {
            DirectoryTree.delete(directory);
        } catch (IOException e) {
            log.warn("Could not delete {}; it will be deleted with the run", directory, e);
        }
    }
}
