package sg.aiverify.worker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.files.DirectoryTree;

/** The directory that the worker keeps its cache and its work files in. */
final class DataDirectory {
    private DataDirectory() {}

    /** Makes it, or gives another one where it cannot be used, so that the modules can be tried. */
    static Path prepare(Settings settings, Problems problems, Opened opened) {
        Path data = WorkerSettings.dataDirectory(settings);
        try {
            Files.createDirectories(data);
            // Trying tells more than permissions do.
            Files.delete(Files.createTempFile(data, ".try", null));
            boolean hasControls = data.toString().chars().anyMatch(Character::isISOControl);
            if (!hasControls && FileNames.isPassable(data.toString())) {
                return data;
            }
            String why = hasControls
                    ? "its name has a control character"
                    : FileNames.limit().orElseThrow();
            problems.add("The data directory " + FailureText.printable(FileNames.shown(data)) + " cannot be used: "
                    + why + ", or set " + WorkerSettings.DATA_DIR + " to another");
        } catch (IOException e) {
            problems.add("The data directory " + data + " cannot be "
                    + (Files.isDirectory(data) ? "written to" : "made") + " (" + Reason.withoutFile(e) + "); set "
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
