package sg.aiverify.worker.result;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import sg.aiverify.worker.failure.TaskFailedException;

/** The artifacts of an output, each checked to be a plain file inside the artifact directory. */
final class ArtifactFiles {
    static final String RESULTS = "results.json";
    private static final int MAX_COUNT = 10_000;
    private static final long MAX_BYTES = 2L * 1024 * 1024 * 1024;
    /** Names that the gateway stores: {@code aiverify_apigw.lib.file_utils.check_valid_filename}. */
    private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9._/-]+");

    private ArtifactFiles() {}

    /**
     * Resolves artifacts.
     *
     * @param directory where they lie; may be absent if there are none
     * @param names their paths relative to it
     * @return their files by their names, in the order of the names
     * @throws TaskFailedException if one of them cannot be stored, naming every such one
     */
    static Map<String, Path> resolve(Path directory, List<String> names) throws IOException {
        if (names.isEmpty()) {
            return Map.of();
        }
        if (names.size() > MAX_COUNT) {
            throw invalid("there are %d of them, allowed are %d".formatted(names.size(), MAX_COUNT));
        }
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            throw invalid("the output directory is missing or a link");
        }
        Path root = directory.toRealPath();
        Map<String, Path> files = new LinkedHashMap<>();
        long bytes = 0;
        for (String name : names) {
            Optional<String> problem = problem(root, name);
            if (problem.isEmpty() && files.containsKey(name)) {
                problem = Optional.of("is named twice");
            }
            if (problem.isPresent()) {
                throw invalid("'" + name + "' " + problem.get());
            }
            Path file = root.resolve(name);
            files.put(name, file);
            bytes += Files.size(file);
        }
        if (bytes > MAX_BYTES) {
            throw invalid("they have %d bytes, allowed are %d".formatted(bytes, MAX_BYTES));
        }
        return files;
    }

    private static Optional<String> problem(Path root, String name) throws IOException {
        if (!ALLOWED.matcher(name).matches() || name.contains("..")) {
            return Optional.of("has a name that the gateway refuses; allowed are letters without accents, digits, '.',"
                    + " '_', '-' and '/', but not '..'");
        }
        if (name.endsWith(RESULTS)) {
            return Optional.of("has a name that ends in " + RESULTS + ", which is kept for the result itself");
        }
        Path file;
        try {
            file = root.resolve(name);
        } catch (InvalidPathException e) {
            return Optional.of("has a name that is no path");
        }
        if (!root.relativize(file.normalize()).toString().equals(name)) {
            return Optional.of("is not a plain relative path");
        }
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.of("is no regular file in the output directory");
        }
        return file.toRealPath().equals(file) ? Optional.empty() : Optional.of("lies behind a link");
    }

    private static TaskFailedException invalid(String problem) {
        return new TaskFailedException("The algorithm's artifacts cannot be stored: " + problem);
    }
}
