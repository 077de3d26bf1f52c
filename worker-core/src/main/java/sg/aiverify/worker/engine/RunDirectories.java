package sg.aiverify.worker.engine;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.UUID;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.InfrastructureException;

/**
 * Work directories of runs: one for each, below one that belongs to this worker process alone. What a dead worker left
 * is swept at start. Thread-safe.
 */
final class RunDirectories implements AutoCloseable {
    private static final Logger log = LogManager.getLogger(RunDirectories.class);
    private static final String LOCK_SUFFIX = ".lock";

    private final Path own;
    private final Path lockFile;
    private final FileChannel lockChannel;

    /**
     * Claims a directory for this process and sweeps those of dead ones.
     *
     * @param root where the workers' directories lie; made if absent
     * @throws ConfigurationException if it cannot be written to
     */
    RunDirectories(Path root) {
        try {
            Files.createDirectories(root);
            sweep(root);
            String name = UUID.randomUUID().toString();
            lockFile = root.resolve(name + LOCK_SUFFIX);
            lockChannel = FileChannel.open(lockFile, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            lockChannel.lock();
            own = Files.createDirectory(root.resolve(name));
        } catch (IOException e) {
            throw new ConfigurationException(List.of("The work directory " + root + " cannot be used: " + e), e);
        }
    }

    private static void sweep(Path root) throws IOException {
        try (DirectoryStream<Path> locks = Files.newDirectoryStream(root, "*" + LOCK_SUFFIX)) {
            for (Path lock : locks) {
                sweepIfDead(lock);
            }
        }
    }

    private static void sweepIfDead(Path lockFile) throws IOException {
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock != null) {
                String name = lockFile.getFileName().toString();
                Path left = lockFile.resolveSibling(name.substring(0, name.length() - LOCK_SUFFIX.length()));
                log.info("Removing what a dead worker left in {}", left);
                delete(left);
                Files.deleteIfExists(lockFile);
            }
        } catch (OverlappingFileLockException e) {
            log.debug("{} is of a worker in this process", lockFile);
        }
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
            throw new InfrastructureException("The run's work directory cannot be made: " + e, e);
        }
    }

    /** Deletes a tree, following no link; what cannot be deleted is logged and left to the next sweep. */
    static void delete(Path directory) {
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) throws IOException {
                    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwx------"));
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException e) throws IOException {
                    Files.delete(dir);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            log.warn("{} cannot be deleted: {}", directory, e.toString());
        }
    }

    /** Deletes this process's directory and gives up its claim. */
    @Override
    public void close() {
        delete(own);
        try {
            Files.deleteIfExists(lockFile);
            lockChannel.close();
        } catch (IOException e) {
            log.warn("{} cannot be deleted: {}", lockFile, e.toString());
        }
    }
}
