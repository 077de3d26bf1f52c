package sg.aiverify.worker.result.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.files.RunFile;

/** The artifacts of an output, each checked to be a plain file inside the artifact directory. */
final class ArtifactFiles {
    static final String RESULTS = "results.json";
    private static final int MAX_COUNT = 10_000;
    private static final long MAX_BYTES = 2L * 1024 * 1024 * 1024;
    /** The names that the gateway accepts, see {@code aiverify_apigw.lib.file_utils.check_valid_filename}. */
    private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9._/-]+");

    /** The directory from which files are opened. The files' paths in this directory begin with {@link #prefix}. */
    private final Path base;

    private final String prefix;
    private final List<String> names;

    private ArtifactFiles(Path base, String prefix, List<String> names) {
        this.base = base;
        this.prefix = prefix;
        this.names = names;
    }

    /**
     * Checks artifacts.
     *
     * @param workDirectory the run's work directory, which usually contains the artifacts
     * @param directory the artifact directory; may be missing if there are no artifacts
     * @param names the artifacts' paths, relative to that directory
     * @return the artifacts
     * @throws TaskFailedException if an artifact cannot be stored; the message contains its name
     */
    static ArtifactFiles check(Path workDirectory, Path directory, List<String> names) throws IOException {
        boolean isInside = directory.startsWith(workDirectory) && !directory.equals(workDirectory);
        ArtifactFiles files = isInside
                ? new ArtifactFiles(workDirectory, parts(workDirectory.relativize(directory)) + "/", names)
                : new ArtifactFiles(directory, "", names);
        files.check(directory);
        return files;
    }

    /** Returns a path with slashes, regardless of the platform's separator. */
    private static String parts(Path relative) {
        return StreamSupport.stream(relative.spliterator(), false)
                .map(Path::toString)
                .collect(Collectors.joining("/"));
    }

    private void check(Path directory) throws IOException {
        if (names.isEmpty()) {
            return;
        }
        if (names.size() > MAX_COUNT) {
            throw invalid("there are %d of them, at most %d are allowed".formatted(names.size(), MAX_COUNT));
        }
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            throw invalid("the output directory is missing or a link");
        }
        Set<String> seen = new HashSet<>();
        long bytes = 0;
        for (String name : names) {
            Optional<String> problem = problem(name);
            if (problem.isEmpty() && !seen.add(name)) {
                problem = Optional.of("is listed twice");
            }
            if (problem.isPresent()) {
                throw invalid("'" + name + "' " + problem.get());
            }
            try (RunFile file = open(name)) {
                bytes += file.size();
            }
        }
        if (bytes > MAX_BYTES) {
            throw invalid("they have %d bytes, at most %d are allowed".formatted(bytes, MAX_BYTES));
        }
    }

    List<String> names() {
        return names;
    }

    /**
     * Opens an artifact.
     *
     * @throws TaskFailedException if it is not a regular file, or its path contains a link
     */
    RunFile open(String name) throws IOException {
        return RunFile.open(base, prefix + name)
                .orElseThrow(() -> invalid("'" + name + "' is not a regular file in the output directory"));
    }

    private static Optional<String> problem(String name) {
        if (!ALLOWED.matcher(name).matches() || name.contains("..")) {
            return Optional.of("has a name that the gateway rejects; names may contain letters without accents, digits,"
                    + " '.', '_', '-' and '/', but not '..'");
        }
        if (name.endsWith(RESULTS)) {
            return Optional.of("has a name that ends in " + RESULTS + ", which is reserved for the result itself");
        }
        boolean isPlain = List.of(name.split("/", -1)).stream().noneMatch(part -> part.isEmpty() || part.equals("."));
        return isPlain ? Optional.empty() : Optional.of("is not a plain relative path");
    }

    private static TaskFailedException invalid(String problem) {
        return new TaskFailedException("The algorithm's artifacts cannot be stored: " + problem);
    }
}
