package sg.aiverify.worker.app.local;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.EnumSet;
import java.util.Set;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.failure.TaskFailedException;

/** The folder of an algorithm. Each run uses a copy of it. */
final class CopyableFolder {
    /** The files and folders that are not copied. */
    private static final Set<String> LEFT_OUT = Set.of("__pycache__", ".git", ".venv");

    private static final String FORMER_OUTPUT = "output";

    private CopyableFolder() {}

    /**
     * Checks whether everything in the folder can be copied.
     *
     * @throws TaskFailedException if a file cannot be copied; the message contains the name of the file
     */
    static void check(Path folder) throws IOException {
        Files.walkFileTree(
                folder, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                        return isLeftOut(directory) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        if (isLeftOut(file)) {
                            return FileVisitResult.CONTINUE;
                        }
                        if (attributes.isSymbolicLink()) {
                            throw refused(file, "a link to a missing file");
                        }
                        if (!attributes.isRegularFile()) {
                            throw refused(file, "neither a file nor a folder");
                        }
                        if (!Files.isReadable(file)) {
                            throw refused(file, "a file that cannot be read");
                        }
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException e) {
                        if (isLeftOut(file)) {
                            return FileVisitResult.CONTINUE;
                        }
                        throw refused(
                                file,
                                e instanceof FileSystemLoopException
                                        ? "a link to one of its parent folders"
                                        : "not readable (" + Reason.of(e) + ")");
                    }

                    private boolean isLeftOut(Path path) {
                        String name = String.valueOf(path.getFileName());
                        return !path.equals(folder)
                                && (LEFT_OUT.contains(name) || path.equals(folder.resolve(FORMER_OUTPUT)));
                    }

                    private TaskFailedException refused(Path path, String problem) {
                        return new TaskFailedException("The algorithm " + FileNames.shown(folder) + " contains "
                                + FileNames.shown(folder.relativize(path))
                                + ", which is " + problem + "; allowed: files, folders, and links to them");
                    }
                });
    }
}
