package sg.aiverify.worker.pipelines.k8s.internal.job;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.Reason;

/**
 * Writes files to the volume so that a pod can read them. Files of the cache become hard links, which take no space and
 * remain when the cache evicts the entry. A file is copied if the volume does not support hard links, the file is on
 * another volume, or the pod's user may not read it. Thread-safe.
 */
public final class VolumeFiles {
    private static final Logger log = LogManager.getLogger(VolumeFiles.class);

    private final long user;

    /**
     * Creates a writer of files for the pods that run as a user.
     *
     * @param user the numeric user and group of the pods
     */
    public VolumeFiles(long user) {
        this.user = user;
    }

    /** Writes a file that the pod's user can read. */
    void write(Path target, String text) throws IOException {
        Files.writeString(target, text);
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-r--r--"));
    }

    /** Creates a directory that the pod's user can read. */
    void makeDirectory(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Creates a directory that only the pod's user can write to. */
    void makeOwnDirectory(Path directory) throws IOException {
        Files.createDirectory(directory);
        if (!isUsers(directory)) {
            Files.setAttribute(directory, "unix:gid", (int) user, LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(directory, "unix:uid", (int) user, LinkOption.NOFOLLOW_LINKS);
        }
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }

    /** Returns whether the pod's user owns a file. */
    public boolean isUsers(Path file) throws IOException {
        return ((Integer) Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS)) == user;
    }

    /** Links or copies a file, or a folder with its plain files, to a path that does not exist yet. */
    void put(Path source, Path target) throws IOException {
        makeDirectory(target.getParent());
        Path root = source.toRealPath();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                makeDirectory(target.resolve(root.relativize(directory)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile()) {
                    link(file, file.equals(root) ? target : target.resolve(root.relativize(file)));
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private void link(Path file, Path target) throws IOException {
        if (isReadable(file)) {
            try {
                Files.createLink(target, file);
                return;
            } catch (IOException | UnsupportedOperationException e) {
                log.debug("Copying {}, since it cannot be linked: {}", file, Reason.of(e));
            }
        }
        Files.copy(file, target);
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("r--r--r--"));
    }

    private boolean isReadable(Path file) throws IOException {
        return isUsers(file)
                || Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS)
                        .contains(PosixFilePermission.OTHERS_READ);
    }
}
