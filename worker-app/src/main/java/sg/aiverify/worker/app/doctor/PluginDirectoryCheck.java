package sg.aiverify.worker.app.doctor;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import sg.aiverify.worker.failure.Reason;

/** Checks the plug-in directory. */
public final class PluginDirectoryCheck implements Check {
    private final Path directory;

    /**
     * Creates the check.
     *
     * @param directory the directory of the plug-in jars
     */
    public PluginDirectoryCheck(Path directory) {
        this.directory = directory;
    }

    @Override
    public String name() {
        return "Plug-ins";
    }

    @Override
    public Finding run() {
        if (!Files.isDirectory(directory)) {
            return Finding.fail(directory + " is not a directory", "create it, or unset TEWORKER_PLUGIN_DIR");
        }
        List<String> jars = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.jar")) {
            files.forEach(file -> jars.add(String.valueOf(file.getFileName())));
        } catch (IOException e) {
            return Finding.fail(directory + " cannot be read: " + Reason.of(e), "allow the worker's user to read it");
        }
        jars.sort(null);
        return jars.isEmpty()
                ? Finding.warn(directory + " contains no jar", "copy plug-ins there, or unset TEWORKER_PLUGIN_DIR")
                : Finding.ok(String.join(", ", jars) + " in " + directory);
    }
}
