package sg.aiverify.worker.pipelines.venv;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.TreeMap;
import sg.aiverify.worker.failure.TaskFailedException;

/**
 * The symbolic links of an environment before packages are installed. Wheels do not contain links. A package that is
 * built from source could add a link, for example in place of the interpreter. A run could then read the link's target.
 */
final class EnvironmentLinks {
    private final Path directory;
    private final Map<Path, Path> links;

    private EnvironmentLinks(Path directory, Map<Path, Path> links) {
        this.directory = directory;
        this.links = links;
    }

    static EnvironmentLinks of(Path directory) throws IOException {
        return new EnvironmentLinks(directory, read(directory));
    }

    /** Throws if the environment now contains other links, or an entry that is not a file, directory or link. */
    void refuseOthers() throws IOException {
        read(directory).forEach((link, target) -> {
            if (!target.equals(links.get(link))) {
                throw refused("the link " + directory.relativize(link) + " to " + target);
            }
        });
    }

    private static Map<Path, Path> read(Path directory) throws IOException {
        Map<Path, Path> found = new TreeMap<>();
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isSymbolicLink()) {
                    found.put(file, Files.readSymbolicLink(file));
                } else if (!attributes.isRegularFile()) {
                    throw refused(directory.relativize(file) + ", which is not a file");
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return found;
    }

    private static TaskFailedException refused(String what) {
        return new TaskFailedException(
                "Failed to build virtual environment: a package left " + what + " in it; only plain files are allowed");
    }
}
