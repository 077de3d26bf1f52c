package sg.aiverify.worker.engine;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.files.internal.DirectoryTree;
import sg.aiverify.worker.files.internal.FileLocks;

/**
 * Work directories of runs: one for each, below one that belongs to this worker process alone. What a dead worker left
 * is swept at start. Thread-safe.
 */
final class RunDirectories implements AutoCloseable {
    private static final Logger log = LogManager.getLogger(RunDirectories.class);
    private static final String LOCKS = "locks";

    private final Path own;
    private final FileLocks.Held claim;

    /**
     * Claims a directory for this process and sweeps those of dead ones.
     *
     * @param root where the workers' directories lie; made if absent
     * @throws ConfigurationException if it cannot be written to
     */
    RunDirectories(Path root) {
        try {
            Path real = Files.createDirectories(root).toRealPath();
            // Beside all other workers of this process: closing a second handle of a lock file would free its lock.
            FileLocks locks = new FileLocks(real.resolve(LOCKS));
            sweep(real, locks);
            int number = 1;
            Optional<FileLocks.Held> free = claim(real, locks, number);
            while (free.isEmpty()) {
                free = claim(real, locks, ++number);
            }
            claim = free.get();
            own = Files.createDirectory(real.resolve(name(number)));
        } catch (IOException | InfrastructureException e) {
            throw new ConfigurationException(
                    List.of("The work directory " + root + " cannot be used: " + Reason.of(e)), e);
        }
    }

    /** Takes a number that nobody holds, unless something in its directory resists. */
    private static Optional<FileLocks.Held> claim(Path root, FileLocks locks, int number) {
        Optional<FileLocks.Held> free = locks.tryExclusive(name(number));
        Path directory = root.resolve(name(number));
        free.ifPresent(held -> delete(directory));
        if (free.isPresent() && Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            free.get().close();
            return Optional.empty();
        }
        return free;
    }

    // The lowest that nobody holds: lock files stay, so there must not be one for each start.
    private static String name(int number) {
        return "worker-" + number;
    }

    private static void sweep(Path root, FileLocks locks) throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(root, RunDirectories::isOfAWorker)) {
            for (Path directory : left) {
                Optional<FileLocks.Held> dead =
                        locks.tryExclusive(directory.getFileName().toString());
                if (dead.isPresent()) {
                    log.info("Removing what a dead worker left in {}", directory);
                    delete(directory);
                    dead.get().close();
                }
            }
        }
    }

    private static boolean isOfAWorker(Path path) {
        return !path.getFileName().toString().equals(LOCKS) && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Makes a directory for a run.
     *
     * @return an empty, absolute directory that only this user can enter
     */
    Path create() {
        try {
            return Files.createTempDirectory(
                    own, "run-", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new InfrastructureException("The run's work directory cannot be made: " + Reason.of(e), e);
        }
    }

    /** Deletes a tree, following no link; what cannot be deleted is logged and left to the next sweep. */
    static void delete(Path directory) {
        try {
            DirectoryTree.delete(directory);
        } catch (IOException e) {
            log.warn("{} cannot be deleted: {}", directory, Reason.of(e));
        }
    }

    /** Deletes this process's directory and gives up its claim. */
    @Override
    public void close() {
        delete(own);
        claim.close();
    }
}
