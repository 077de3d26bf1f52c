package sg.aiverify.worker.app.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.Reason;

/** Checks whether a directory is writable or can be created. Removes its test file. */
public final class DirectoryCheck implements Check {
    private final String name;
    private final Path directory;
    private final String advice;

    /**
     * Creates the check.
     *
     * @param name the name of the check: the purpose of the directory
     * @param directory the path of the directory
     * @param advice the advice if the directory is not writable
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
    public Finding run() {
        Path existing = nearestExisting(directory);
        if (existing == null || !Files.isDirectory(existing)) {
            return Finding.fail(directory + " cannot be created: " + existing + " is not a directory", advice);
        }
        try {
            // Writes a test file, since permissions alone do not reveal a read-only file system, a full disk or
            // a user namespace.
            Files.delete(Files.createTempFile(existing, ".aiverify-worker-doctor", null));
        } catch (IOException e) {
            return Finding.fail(existing + " is not writable: " + Reason.withoutFile(e), advice);
        }
        return Finding.ok(
                existing.equals(directory)
                        ? FileNames.shown(directory) + " is writable"
                        : FileNames.shown(directory) + " can be created");
    }

    static @Nullable Path nearestExisting(Path directory) {
        @Nullable Path path = FileNames.absolute(directory).normalize();
        while (path != null && !Files.exists(path)) {
            path = path.getParent();
        }
        return path;
    }
}
