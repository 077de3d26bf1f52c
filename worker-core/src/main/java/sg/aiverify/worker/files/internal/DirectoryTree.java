package sg.aiverify.worker.files.internal;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** Deletes and measures directory trees. Links are never followed. */
public final class DirectoryTree {
    /** The maximum number of retries while another process changes the tree. */
    private static final int MAX_CHANGES = 50;

    private DirectoryTree() {}

    /**
     * Deletes a file, or a directory with its content, including read-only directories.
     *
     * <p>Directories are moved directly below the root before they are opened, which keeps paths short. A process
     * that can change entries below the root, but not the root itself, cannot redirect the deletion with a link, and
     * cannot block the deletion with a pipe.
     *
     * @param root the file or directory; nothing happens if it does not exist
     * @throws IOException if something could not be deleted
     */
    public static void delete(Path root) throws IOException {
        if (!Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
            Files.deleteIfExists(root);
            return;
        }
        makeWritable(root);
        int changes = 0;
        boolean isEmpty = false;
        while (!isEmpty) {
            try {
                isEmpty = deleteBelow(root);
            } catch (AccessDeniedException e) {
                throw e;
            } catch (FileSystemException e) { // An entry was replaced between the check and the deletion.
                if (++changes > MAX_CHANGES) {
                    throw e;
                }
            }
        }
        Files.deleteIfExists(root);
    }

    /** Deletes the entries directly below the root. Returns whether the root was already empty. */
    private static boolean deleteBelow(Path root) throws IOException {
        boolean isEmpty = true;
        try (SecureDirectoryStream<Path> top = open(root)) {
            for (Path entry : top) {
                isEmpty = false;
                Path name = entry.getFileName();
                if (isDirectory(top, name)) {
                    deleteDirectory(root, top, name);
                } else {
                    deleteFile(top, name);
                }
            }
        }
        return isEmpty;
    }

    private static void deleteDirectory(Path root, SecureDirectoryStream<Path> top, Path name) throws IOException {
        makeWritable(root.resolve(name));
        try (SecureDirectoryStream<Path> directory = top.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
            for (Path entry : directory) {
                Path below = entry.getFileName();
                if (!isDirectory(directory, below)) {
                    deleteFile(directory, below);
                } else if (!deleteEmpty(directory, below)) {
                    moveUp(root, top, directory, name, below);
                }
            }
        }
        top.deleteDirectory(name);
    }

    private static boolean deleteEmpty(SecureDirectoryStream<Path> parent, Path name) throws IOException {
        try {
            parent.deleteDirectory(name);
            return true;
        } catch (DirectoryNotEmptyException e) {
            return false;
        }
    }

    private static void moveUp(
            Path root, SecureDirectoryStream<Path> top, SecureDirectoryStream<Path> parent, Path name, Path below)
            throws IOException {
        Path free = Path.of(UUID.randomUUID().toString());
        try {
            parent.move(below, top, free);
        } catch (AccessDeniedException e) {
            // A directory without the permission to write cannot be moved. If a link has replaced it, the target of the
            // link only gains permissions for its owner.
            makeWritable(root.resolve(name).resolve(below));
            parent.move(below, top, free);
        }
    }

    private static void deleteFile(SecureDirectoryStream<Path> parent, Path name) throws IOException {
        try {
            parent.deleteFile(name);
        } catch (NoSuchFileException e) {
            // Another process has already deleted the file.
        }
    }

    private static boolean isDirectory(SecureDirectoryStream<Path> parent, Path name) throws IOException {
        try {
            return parent.getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .readAttributes()
                    .isDirectory();
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static SecureDirectoryStream<Path> open(Path directory) throws IOException {
        DirectoryStream<Path> opened = Files.newDirectoryStream(directory);
        if (opened instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        opened.close();
        throw new IOException("the file system of " + directory + " has no safe way to delete directories");
    }

    /**
     * Adds up the sizes of all files.
     *
     * @param root a directory
     * @return the total size in bytes
     * @throws IOException if something could not be read
     */
    public static long size(Path root) throws IOException {
        AtomicLong bytes = new AtomicLong();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                bytes.addAndGet(attributes.size());
                return FileVisitResult.CONTINUE;
            }
        });
        return bytes.get();
    }

    private static void makeWritable(Path directory) throws IOException {
        Set<PosixFilePermission> permissions = EnumSet.of(
                PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);
        Set<PosixFilePermission> present = Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS);
        if (!present.containsAll(permissions)) {
            permissions.addAll(present);
            Files.setPosixFilePermissions(directory, permissions);
        }
    }
}
