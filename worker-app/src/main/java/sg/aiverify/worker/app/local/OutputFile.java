package sg.aiverify.worker.app.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.ConfigurationException;

/** Where a result archive is to be written to. */
public final class OutputFile {
    private OutputFile() {}

    /**
     * Looks whether a result archive can be written, and may be: before the run, which may take hours.
     *
     * @param output the file to write
     * @param run what will run
     * @param force whether a file may be replaced that is no result archive
     * @throws ConfigurationException saying why not, and what to do
     */
    public static void check(Path output, LocalRun run, boolean force) {
        Path target = FileNames.absolute(output).normalize();
        String shown = "--output: " + FileNames.shown(output);
        if (Files.isDirectory(target)) {
            throw new ConfigurationException(shown + " is a directory; allowed: the name of a file");
        }
        Path above = target.getParent();
        while (above != null && !Files.exists(above)) {
            above = above.getParent();
        }
        if (above == null || !isWritable(above)) {
            throw new ConfigurationException(shown + " cannot be written, since " + above
                    + " is no directory that can be written to; name a file elsewhere");
        }
        if (!Files.exists(target)) {
            return;
        }
        if (!Files.isRegularFile(target)) {
            throw new ConfigurationException(shown + " is no plain file; allowed: the name of a file");
        }
        input(target, run).ifPresent(input -> {
            throw new ConfigurationException(shown + " is an input of the run; name another file");
        });
        if (!force && !ResultFile.isResult(target)) {
            throw new ConfigurationException(shown
                    + " exists and is no result archive of an earlier run; name another file, or add --force to"
                    + " replace it");
        }
    }

    // Root may write everywhere, but not on a file system that is read-only or not one of files.
    private static boolean isWritable(Path directory) {
        try {
            Files.delete(Files.createTempFile(directory, ".run-once", ".part"));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static Optional<Path> input(Path target, LocalRun run) {
        Stream<Path> own = Stream.of(run.algorithm(), run.model(), run.data());
        return Stream.of(own, Stream.ofNullable(run.groundTruth()), run.datasets().values().stream())
                .flatMap(paths -> paths)
                .filter(input -> isSame(input, target))
                .findFirst();
    }

    private static boolean isSame(Path input, Path target) {
        try {
            return Files.isSameFile(input, target);
        } catch (IOException e) {
            return false;
        }
    }
}
