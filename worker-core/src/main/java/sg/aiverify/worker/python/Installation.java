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
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.files.internal.DirectoryTree;
import sg.aiverify.worker.isolation.Confinement;
import sg.aiverify.worker.isolation.Isolation;
import sg.aiverify.worker.run.RunContext;

/**
 * The programs that fill one directory with packages, one after the other in one sandbox. Made by
 * {@link PackageInstaller#open}. Not thread-safe.
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
     * What installs.
     *
     * @param packages the program that runs pip
     * @param prefix the environment whose {@code pip.conf} holds
     * @param uv the command of uv; empty if it is not there
     * @param indexes where pip and uv get packages from
     * @param passwords what must not be shown of the addresses of indexes
     */
    record Tools(
            Path packages, Path prefix, Optional<List<String>> uv, PackageIndexes indexes, List<String> passwords) {}

    /**
     * What the programs reach.
     *
     * @param target the directory to fill
     * @param readable what they may read beside the system's libraries
     * @param pipCache the cache that pip shares with other runs; null if there is none
     * @param uvCache that of uv
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
        // What is built could have left anything in a cache that others use.
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

    /** uv would go by the next uv.toml or pyproject.toml in a directory above. */
    private void endSearchOfUv() {
        try {
            Files.createFile(work.resolve("uv.toml"));
        } catch (IOException e) {
            throw new InfrastructureException("The run's directory " + work + " cannot be written", e);
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
     * @param command program and arguments
     * @param onLine gets each line of its standard output
     * @param errors gets its standard error
     * @return how it ended
     * @throws TaskFailedException if it went over the limits that hold where packages are built
     * @throws InterruptedException if the thread is interrupted; the program is dead then
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
     * Returns where packages come from.
     *
     * @return what was set for each tool when this was opened
     */
    public PackageIndexes indexes() {
        return tools.indexes;
    }

    /**
     * Returns the command of uv.
     *
     * @return empty if it is not there
     */
    public Optional<List<String>> uv() {
        return tools.uv;
    }

    /**
     * Gives the command line that runs pip, kept from addresses that packages name and from building any unless source
     * builds are allowed.
     *
     * @param python the interpreter whose packages count
     * @param command what pip is to do, {@code install} or {@code download}
     * @param place where pip is, if not among those packages
     * @return the command line, to which options and requirements are added
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
            line.add("--no-user"); // which an environment has no room for, whatever pip.conf says
        }
        line.addAll(wheelsOnly());
        return line;
    }

    /**
     * Gives the options of pip and uv that refuse source distributions.
     *
     * @return none where source builds are allowed
     */
    public List<String> wheelsOnly() {
        return allowsSourceBuilds ? List.of() : List.of("--only-binary", ":all:");
    }

    /**
     * Says what failed.
     *
     * @param what what the installing is part of, for example {@code build virtual environment}
     * @param tool the installer
     * @param ending how it ended
     * @param output the end of its output
     * @return what to throw
     */
    public StageException failure(String what, String tool, SupervisedProcess.Ending ending, String output) {
        List<String> unread =
                InstallFailure.unreadAddresses(log()).stream().map(this::masked).toList();
        return InstallFailure.of(what, tool, ending, masked(output), unread);
    }

    /** Tools show what they cannot read of an address, and then no pattern finds the password in it. */
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

    /** What a program leaves there, the sandbox's own mount points included, could be in the next one's way. */
    private void emptyTemporary() {
        try {
            DirectoryTree.delete(temporary);
        } catch (IOException e) {
            throw new InfrastructureException("The run's directory " + temporary + " cannot be written", e);
        }
        PackageInstaller.createDirectories(temporary);
    }

    /** Deletes temporary files and caches that are not shared. */
    @Override
    public void close() {
        confinement.close();
        try {
            DirectoryTree.delete(directory);
        } catch (IOException e) {
            log.warn("{} could not be deleted; it goes with the run", directory, e);
        }
    }
}
