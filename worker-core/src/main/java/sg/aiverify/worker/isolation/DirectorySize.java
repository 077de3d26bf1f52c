package sg.aiverify.worker.isolation;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/** Adds up a directory that somebody is changing, up to a limit. Not thread-safe. */
final class DirectorySize extends SimpleFileVisitor<Path> {
    /** What a file or directory takes beside its content. */
    private static final long ENTRY_BYTES = 4096;

    /** How deep it may lie, in letters: the kernel takes no longer path, but whoever goes by steps gets deeper. */
    private static final int DEEPEST = 2000;

    private final long limit;
    private final int deepest;
    private long bytes;
    private boolean hidden;

    private DirectorySize(long limit, int deepest) {
        this.limit = limit;
        this.deepest = deepest;
    }

    /** What came of it. */
    enum Result {
        FITS,
        EXCEEDS,
        /** Something lies where it cannot be counted. */
        HIDES
    }

    static Result of(Path directory, long limit) {
        DirectorySize size = new DirectorySize(limit, directory.toString().length() + DEEPEST);
        try {
            Files.walkFileTree(directory, size);
        } catch (IOException e) {
            // gone while we looked
        }
        return size.bytes > limit ? Result.EXCEEDS : size.hidden ? Result.HIDES : Result.FITS;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
        return directory.toString().length() > deepest ? hidden() : add(ENTRY_BYTES);
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
        return add(attributes.size() + ENTRY_BYTES);
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) {
        boolean isHidden = e instanceof AccessDeniedException
                || String.valueOf(e.getMessage()).contains("File name too long");
        return isHidden ? hidden() : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @org.jspecify.annotations.Nullable IOException e) {
        return FileVisitResult.CONTINUE;
    }

    private FileVisitResult hidden() {
        hidden = true;
        return FileVisitResult.TERMINATE;
    }

    private FileVisitResult add(long more) {
        bytes += more;
        return bytes > limit ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
    }
}
