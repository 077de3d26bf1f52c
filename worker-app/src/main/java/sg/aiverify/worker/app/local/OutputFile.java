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

/** Checks the file in {@code --output}, to which the result archive is written. */
public final class OutputFile {
    /** The file if {@code --output} is not set. */
    public static final String DEFAULT = "output.zip";

    private OutputFile() {}

    /**
     * Checks that a result archive can and may be written. This happens before the run, which may take hours.
     *
     * @param given the file from the option; null for {@value #DEFAULT}
     * @param run the run
     * @param force whether a file that is not a result archive may be replaced
     * @return the file to write
     * @throws ConfigurationException if the file cannot or may not be written; the message contains the reason and
     *     advice
     */
    public static Path checked(@Nullable Path given, LocalRun run, boolean force) {
        Path output = given == null ? Path.of(DEFAULT) : given;
        Path target = FileNames.absolute(output).normalize();
        String shown = given == null
                ? "--output is not set, and its default " + DEFAULT
                : "--output: " + FileNames.shown(output);
        if (Files.isDirectory(target)) {
            throw new ConfigurationException(shown + " is a directory; allowed: the name of a file");
        }
        if (Files.exists(target) && !Files.isRegularFile(target)) {
            throw new ConfigurationException(shown + " is not a regular file; allowed: the name of a file");
        }
        Path above = Objects.requireNonNullElse(target.getParent(), target);
        if (!Files.exists(above)) {
            throw new ConfigurationException(
                    shown + " cannot be written: the folder " + above + " does not exist; create it or choose another");
        }
        if (!isWritable(above)) {
            throw new ConfigurationException(shown + " cannot be written: " + above
                    + " is not a writable directory; choose a file in another directory");
        }
        around(target, run).ifPresent(input -> {
            throw new ConfigurationException(shown + " is in the folder " + FileNames.shown(input)
                    + ", which is an input of the run; choose a file outside it" + example(input, output));
        });
        if (!Files.exists(target)) {
            return output;
        }
        input(target, run).ifPresent(input -> {
            throw new ConfigurationException(shown + " is an input of the run; choose another file");
        });
        if (!force && !ResultFile.isResult(target)) {
            throw new ConfigurationException(shown
                    + " exists and is not a result archive of an earlier run; choose another file, or add --force to"
                    + " replace it");
        }
        return output;
    }

    /** Returns the path of an example file next to an input folder, relative to the current directory; may be empty. */
    private static String example(Path folder, Path output) {
        try {
            Path real = folder.toRealPath();
            Path sibling = real.resolveSibling(output.getFileName());
            Path relative = FileNames.absolute(Path.of("")).toRealPath().relativize(sibling);
            return sibling.equals(real) ? "" : ", such as --output " + FileNames.shown(relative);
        } catch (IOException e) {
            return "";
        }
    }

    // Creates a file, since permissions are not enough: root may write anywhere except on read-only or special file
    // systems.
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

    /** Returns the input folder that contains the file, or that would contain it. Resolves links. */
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
            throw new ConfigurationException("--output: could not check whether " + FileNames.shown(target) + " is in "
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
