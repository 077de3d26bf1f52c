package sg.aiverify.worker.isolation;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/** Adds up a directory that somebody is changing, up to a limit. Not thread-safe. */
final class DirectorySize extends SimpleFileVisitor<Path> {
    /** What a file or directory takes beside its content. */
    private static final long ENTRY_BYTES = 4096;

    private final long limit;
    private long bytes;

    private DirectorySize(long limit) {
        this.limit = limit;
    }

    static boolean exceeds(Path directory, long limit) {
        DirectorySize size = new DirectorySize(limit);
        try {
            Files.walkFileTree(directory, size);
        } catch (IOException e) {
            return size.bytes > limit; // gone while we looked
        }
        return size.bytes > limit;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
        return add(ENTRY_BYTES);
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
        return add(attributes.size() + ENTRY_BYTES);
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) {
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @org.jspecify.annotations.Nullable IOException e) {
        return FileVisitResult.CONTINUE;
    }

    private FileVisitResult add(long more) {
        bytes += more;
        return bytes > limit ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
    }
}
