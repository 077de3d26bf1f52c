package sg.aiverify.worker.cache;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Directories with all that is in them. Links are never followed. */
public final class DirectoryTree {
    private DirectoryTree() {}

    /**
     * Deletes a file or directory with all that is in it, read-only directories too.
     *
     * @param root what to delete; nothing happens if it is not there
     * @throws IOException if something could not be deleted
     */
    public static void delete(Path root) throws IOException {
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Removal removal = new Removal(root);
        do {
            removal.again = false;
            Files.walkFileTree(root, removal);
        } while (removal.again);
    }

    /** Lays what it cannot come to on its way right below the root, for the next round. */
    private static final class Removal extends SimpleFileVisitor<Path> {
        /** In letters, of four bytes at most: the kernel takes no more than 4096 bytes, but one can go deeper by steps. */
        private static final int DEEPEST = 900;

        private final Path root;
        private boolean again;

        Removal(Path root) {
            this.root = root;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) throws IOException {
            makeWritable(directory);
            if (directory.toString().length() - root.toString().length() <= DEEPEST) {
                return FileVisitResult.CONTINUE;
            }
            moveUp(directory);
            return FileVisitResult.SKIP_SUBTREE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            // Not readable: the walk asks before it visits.
            if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS) && makeWritable(file)) {
                moveUp(file);
                return FileVisitResult.CONTINUE;
            }
            throw e;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) throws IOException {
            if (e != null) {
                throw e;
            }
            if (!again || !directory.equals(root)) {
                Files.deleteIfExists(directory);
            }
            return FileVisitResult.CONTINUE;
        }

        private void moveUp(Path directory) throws IOException {
            again = true;
            if (!directory.equals(root)) {
                Files.move(directory, root.resolve(UUID.randomUUID().toString()));
            }
        }
    }

    /**
     * Adds up the sizes of all files.
     *
     * @param root a directory
     * @return bytes
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

    private static boolean makeWritable(Path directory) throws IOException {
        PosixFileAttributeView view =
                Files.getFileAttributeView(directory, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (view == null) {
            return false;
        }
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        permissions.addAll(view.readAttributes().permissions());
        Set<PosixFilePermission> owner = EnumSet.of(
                PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);
        boolean changes = permissions.addAll(owner);
        if (changes) {
            Files.setPosixFilePermissions(directory, permissions);
        }
        return changes;
    }
}
