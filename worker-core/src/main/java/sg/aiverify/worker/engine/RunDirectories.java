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
 * The work directories of runs. Each run has one, in a directory that only this process uses. At the start, the
 * directories of dead workers are deleted. Thread-safe.
 */
final class RunDirectories implements AutoCloseable {
    private static final Logger log = LogManager.getLogger(RunDirectories.class);
    private static final String LOCKS = "locks";

    private final Path own;
    private final FileLocks.Held reservation;

    /**
     * Reserves a directory for this process and deletes those of dead workers.
     *
     * @param root the parent of the workers' directories; created if absent
     * @throws ConfigurationException if the worker cannot write to this directory
     */
    RunDirectories(Path root) {
        try {
            Path real = Files.createDirectories(root).toRealPath();
            // The lock files are shared by the workers of this process: closing a second handle would release the lock.
            FileLocks locks = new FileLocks(real.resolve(LOCKS));
            sweep(real, locks);
            int number = 1;
            Optional<FileLocks.Held> free = reservation(real, locks, number);
            while (free.isEmpty()) {
                free = reservation(real, locks, ++number);
            }
            reservation = free.get();
            own = Files.createDirectory(real.resolve(name(number)));
        } catch (IOException | InfrastructureException e) {
            throw new ConfigurationException(
                    List.of("The work directory " + root + " cannot be used: " + Reason.of(e)), e);
        }
    }

    /** Reserves a free number whose directory can be emptied. */
    private static Optional<FileLocks.Held> reservation(Path root, FileLocks locks, int number) {
        Optional<FileLocks.Held> free = locks.tryExclusive(name(number));
        Path directory = root.resolve(name(number));
        free.ifPresent(held -> delete(directory));
        if (free.isPresent() && Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            free.get().close();
            return Optional.empty();
        }
        return free;
    }

    // Uses the lowest free number, since lock files remain: each start must not add another one.
    private static String name(int number) {
        return "worker-" + number;
    }

    private static void sweep(Path root, FileLocks locks) throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(root, RunDirectories::isOfAWorker)) {
            for (Path directory : left) {
                Optional<FileLocks.Held> dead =
                        locks.tryExclusive(directory.getFileName().toString());
                if (dead.isPresent()) {
                    log.info("Deleting the directory of a dead worker: {}", directory);
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
     * Creates a directory for a run.
     *
     * @return an empty, absolute directory that only this user can enter
     */
    Path create() {
        try {
            return Files.createTempDirectory(
                    own, "run-", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new InfrastructureException("Could not create the run's work directory: " + Reason.of(e), e);
        }
    }

    /** Deletes a tree without following links. If this fails, logs the failure; the next start deletes the rest. */
    static void delete(Path directory) {
        try {
            DirectoryTree.delete(directory);
        } catch (IOException e) {
            log.warn("Could not delete {}: {}", directory, Reason.of(e));
        }
    }

    /** Deletes this process's directory and releases its number. */
    @Override
    public void close() {
        delete(own);
        reservation.close();
    }
}
