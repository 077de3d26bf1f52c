package sg.aiverify.worker.app.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.Reason;

/** Where a result archive is to be written to. */
public final class OutputFile {
    /** The file where none is given. */
    public static final String DEFAULT = "output.zip";

    private OutputFile() {}

    /**
     * Looks whether a result archive can be written, and may be: before the run, which may take hours.
     *
     * @param given the file to write, as it was given; null for {@value #DEFAULT}
     * @param run what will run
     * @param force whether a file may be replaced that is no result archive
     * @return the file to write
     * @throws ConfigurationException saying why not, and what to do
     */
    public static Path checked(@Nullable Path given, LocalRun run, boolean force) {
        Path output = given == null ? Path.of(DEFAULT) : given;
        Path target = FileNames.absolute(output).normalize();
        String shown = given == null
                ? "--output is not given, and its default, " + DEFAULT + ","
                : "--output: " + FileNames.shown(output);
        if (Files.isDirectory(target)) {
            throw new ConfigurationException(shown + " is a directory; allowed: the name of a file");
        }
        if (Files.exists(target) && !Files.isRegularFile(target)) {
            throw new ConfigurationException(shown + " is no plain file; allowed: the name of a file");
        }
        Path above = Objects.requireNonNullElse(target.getParent(), target);
        if (!Files.exists(above)) {
            throw new ConfigurationException(
                    shown + " cannot be written, since there is no folder " + above + "; create it, or name another");
        }
        if (!isWritable(above)) {
            throw new ConfigurationException(shown + " cannot be written, since " + above
                    + " is no directory that can be written to; name a file elsewhere");
        }
        around(target, run).ifPresent(input -> {
            throw new ConfigurationException(shown + " is in the folder " + FileNames.shown(input)
                    + ", which is an input of the run; name a file elsewhere" + example(input, output));
        });
        if (!Files.exists(target)) {
            return output;
        }
        input(target, run).ifPresent(input -> {
            throw new ConfigurationException(shown + " is an input of the run; name another file");
        });
        if (!force && !ResultFile.isResult(target)) {
            throw new ConfigurationException(shown
                    + " exists and is no result archive of an earlier run; name another file, or add --force to"
                    + " replace it");
        }
        return output;
    }

    /** Names a file beside an input folder, as it is seen from the current directory. */
    private static String example(Path folder, Path output) {
        try {
            Path real = folder.toRealPath();
            Path beside = real.resolveSibling(output.getFileName());
            Path named = FileNames.absolute(Path.of("")).toRealPath().relativize(beside);
            return beside.equals(real) ? "" : ", such as --output " + FileNames.shown(named);
        } catch (IOException e) {
            return "";
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
        return inputs(run).filter(input -> isSame(input, target)).findFirst();
    }

    private static Stream<Path> inputs(LocalRun run) {
        return Stream.of(
                        Stream.of(run.algorithm(), run.model(), run.data()),
                        Stream.ofNullable(run.groundTruth()),
                        run.datasets().values().stream())
                .flatMap(paths -> paths);
    }

    /** Finds the input folder that a file is in, or would be: where it really is, and where it leads to. */
    private static Optional<Path> around(Path target, LocalRun run) {
        return Stream.concat(inputs(run), project(run.algorithm()).stream())
                .filter(Files::isDirectory)
                .filter(folder -> isBelow(target, folder))
                .findFirst();
    }

    private static Optional<Path> project(Path algorithm) {
        try {
            return AlgorithmProject.around(algorithm);
        } catch (IOException e) {
            throw new ConfigurationException(
                    "--algorithm: " + FileNames.shown(algorithm) + " cannot be read: " + Reason.of(e));
        }
    }

    private static boolean isBelow(Path target, Path folder) {
        try {
            Path real = folder.toRealPath();
            return Objects.requireNonNullElse(target.getParent(), target)
                            .toRealPath()
                            .startsWith(real)
                    || Files.exists(target) && target.toRealPath().startsWith(real);
        } catch (IOException e) {
            throw new ConfigurationException("--output: cannot tell whether " + FileNames.shown(target) + " is in "
                    + FileNames.shown(folder) + ": " + Reason.of(e));
        }
    }

    private static boolean isSame(Path input, Path target) {
        try {
            return Files.isSameFile(input, target);
        } catch (IOException e) {
            return false;
        }
    }
}
