package sg.aiverify.worker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.files.internal.DirectoryTree;
import sg.aiverify.worker.run.internal.ResourceStack;

/** The directory of the worker's cache and work files. */
final class DataDirectory {
    private DataDirectory() {}

    /**
     * Creates the directory. If it cannot be used, returns a temporary one, so that the other settings can be checked.
     */
    static Path prepare(Settings settings, Problems problems, ResourceStack opened) {
        Path data = WorkerSettings.dataDirectory(settings);
        try {
            Files.createDirectories(data);
            // Creating a file is a more reliable check than reading the permissions.
            Files.delete(Files.createTempFile(data, ".try", null));
            boolean hasControls = data.toString().chars().anyMatch(Character::isISOControl);
            if (!hasControls && FileNames.isPassable(data.toString())) {
                return data;
            }
            String why = hasControls
                    ? "its name contains a control character;"
                    : FileNames.limit().orElseThrow() + ", or";
            problems.add("The data directory " + FailureText.printable(FileNames.shown(data)) + " cannot be used: "
                    + why + " set " + WorkerSettings.DATA_DIR + " to another directory");
        } catch (IOException e) {
            problems.add("The data directory " + data + " cannot be "
                    + (Files.isDirectory(data) ? "written to" : "created") + " (" + Reason.withoutFile(e) + "); set "
                    + WorkerSettings.DATA_DIR + " to one that can be written to");
        }
        try {
            Path substitute = Files.createTempDirectory("aiverify-worker");
            opened.add(() -> DirectoryTree.delete(substitute));
            return substitute;
        } catch (IOException e) {
            problems.throwIfAny();
            throw new UncheckedIOException(e);
        }
    }
}
