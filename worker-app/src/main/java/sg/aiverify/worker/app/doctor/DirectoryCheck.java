package sg.aiverify.worker.app.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.Reason;

/** Looks whether a directory can be written to, or made, without leaving anything behind. */
public final class DirectoryCheck implements Check {
    private final String name;
    private final Path directory;
    private final String advice;

    /**
     * Creates the check.
     *
     * @param name what the directory is for
     * @param directory where it is
     * @param advice what to do if it cannot be written to
     */
    public DirectoryCheck(String name, Path directory, String advice) {
        this.name = name;
        this.directory = FileNames.absolute(directory).normalize();
        this.advice = advice;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Finding look() {
        Path existing = nearestExisting(directory);
        if (existing == null || !Files.isDirectory(existing)) {
            return Finding.fail(directory + " cannot be made: " + existing + " is no directory", advice);
        }
        try {
            // Trying tells more than permissions do: a read-only file system, a full disk, user namespaces.
            Files.delete(Files.createTempFile(existing, ".aiverify-worker-doctor", null));
        } catch (IOException e) {
            return Finding.fail(existing + " cannot be written to: " + Reason.withoutFile(e), advice);
        }
        return Finding.ok(
                existing.equals(directory)
                        ? FileNames.shown(directory) + " is writable"
                        : FileNames.shown(directory) + " can be made");
    }

    static @Nullable Path nearestExisting(Path directory) {
        @Nullable Path path = FileNames.absolute(directory).normalize();
        while (path != null && !Files.exists(path)) {
            path = path.getParent();
        }
        return path;
    }
}
