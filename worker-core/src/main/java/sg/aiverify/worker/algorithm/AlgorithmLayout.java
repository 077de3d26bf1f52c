package sg.aiverify.worker.algorithm;

import static org.apiguardian.api.API.Status.STABLE;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.json.internal.InvalidJsonException;
import sg.aiverify.worker.json.internal.StrictJson;

/**
 * Finds an algorithm's files by the rules of the original worker. Each file is in the algorithm's directory, or in the
 * first directory right below it that contains the file. These directories are searched in the order of their names.
 * The original worker searches them in the order of the file system.
 */
@API(status = STABLE, since = "1.0")
public final class AlgorithmLayout {
    private static final String SCRIPT = "algo.py";
    private static final String INPUT_SCHEMA = "input.schema.json";
    private static final String OUTPUT_SCHEMA = "output.schema.json";
    private static final String META = "algo.meta.json";
    private static final long MAX_META_BYTES = 1024 * 1024;
    private static final Pattern ID = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9._-]{0,127}");

    private final Path root;

    private AlgorithmLayout(Path root) {
        this.root = root;
    }

    /**
     * Reads an extracted algorithm.
     *
     * @param directory the root of the algorithm
     * @param contentHash the SHA-256 of the algorithm's content in lower-case hex
     * @return the algorithm
     * @throws TaskFailedException if the directory does not contain an algorithm that can run; the message contains the
     *     reason
     * @throws InfrastructureException if the disk fails
     */
    public static Algorithm read(Path directory, String contentHash) {
        try {
            return new AlgorithmLayout(directory.toRealPath()).read(contentHash);
        } catch (IOException | UncheckedIOException e) {
            throw new InfrastructureException("The algorithm's directory cannot be read: " + Reason.of(e), e);
        }
    }

    private Algorithm read(String contentHash) throws IOException {
        List<String> problems = new ArrayList<>();
        Optional<Path> script = find(SCRIPT, "algorithm script", problems);
        Optional<Path> inputSchema = find(INPUT_SCHEMA, "input schema", problems);
        Optional<Path> outputSchema = find(OUTPUT_SCHEMA, "output schema", problems);
        Optional<Path> meta = find(META, "algorithm metadata", problems);
        if (script.isEmpty() || inputSchema.isEmpty() || outputSchema.isEmpty() || meta.isEmpty()) {
            throw invalid(String.join("; ", problems)
                    + "; searched the root of the algorithm and the directories right below it");
        }
        checkPackage(script.get());
        return new Algorithm(root, contentHash, script.get(), inputSchema.get(), outputSchema.get(), meta(meta.get()));
    }

    private Optional<Path> find(String name, String meaning, List<String> problems) throws IOException {
        List<Path> directories = new ArrayList<>(List.of(root));
        directories.addAll(subDirectories());
        for (Path directory : directories) {
            Path file = directory.resolve(name);
            if (Files.isRegularFile(file) && file.toRealPath().startsWith(root)) {
                return Optional.of(file);
            }
        }
        problems.add(meaning + " " + name + " not found" + (name.equals(META) ? oldLayout(directories) : ""));
        return Optional.empty();
    }

    private List<Path> subDirectories() throws IOException {
        try (Stream<Path> entries = Files.list(root)) {
            return entries.filter(entry -> Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS))
                    .sorted(Comparator.comparing(entry -> FileNames.key(entry.getFileName())))
                    .toList();
        }
    }

    private String oldLayout(List<Path> directories) throws IOException {
        for (Path directory : directories) {
            try (Stream<Path> entries = Files.list(directory)) {
                Optional<Path> old = entries.filter(
                                entry -> entry.getFileName().toString().endsWith(".meta.json"))
                        .filter(entry -> !entry.getFileName().toString().equals("plugin.meta.json"))
                        .sorted()
                        .findFirst();
                if (old.isPresent()) {
                    return " (%s has the old layout, <cid>.meta.json and <cid>.py, which workers cannot run)"
                            .formatted(shown(old.get()));
                }
            }
        }
        return "";
    }

    private void checkPackage(Path script) {
        Path directory = script.getParent();
        if (directory.equals(root)) {
            throw invalid(SCRIPT + " is in the root of the algorithm; it must be in a package directory below, since"
                    + " it is imported as <package>.algo");
        }
        String name = FileNames.shown(directory.getFileName());
        if (name.contains(".")) {
            throw invalid("%s is in the directory '%s', which Python cannot import since its name contains a dot"
                    .formatted(SCRIPT, name));
        }
    }

    private JsonObject meta(Path file) throws IOException {
        JsonElement meta;
        try {
            meta = StrictJson.parse(file, MAX_META_BYTES);
        } catch (InvalidJsonException e) {
            throw invalid(shown(file) + " is not valid JSON: " + e.getMessage(), e);
        }
        if (!meta.isJsonObject()) {
            throw invalid(shown(file) + " must be a JSON object, but is " + StrictJson.kindOf(meta));
        }
        JsonObject object = meta.getAsJsonObject();
        List<String> problems = new ArrayList<>();
        checkId(object, "gid", problems);
        checkId(object, "cid", problems);
        if (object.has("requireGroundTruth") && !isBoolean(object.get("requireGroundTruth"))) {
            problems.add("requireGroundTruth must be true or false, but is " + object.get("requireGroundTruth"));
        }
        JsonElement version = object.get("version");
        if (version != null && !version.isJsonNull() && !StrictJson.isString(version)) {
            problems.add("version must be a string, but is " + StrictJson.kindOf(version));
        }
        if (!problems.isEmpty()) {
            throw invalid("in " + shown(file) + " " + String.join("; ", problems));
        }
        return object;
    }

    private static void checkId(JsonObject meta, String field, List<String> problems) {
        JsonElement value = meta.get(field);
        if (value == null) {
            problems.add(field + " is missing");
        } else if (!StrictJson.isString(value)
                || !ID.matcher(value.getAsString()).matches()) {
            problems.add(
                    ("%s must be a string of 1 to 128 letters, digits, '.', '_' or '-', the first a letter or digit,"
                                    + " but is %s")
                            .formatted(field, value));
        }
    }

    private static boolean isBoolean(JsonElement value) {
        return value instanceof JsonPrimitive primitive && primitive.isBoolean();
    }

    private String shown(Path file) {
        return FileNames.shown(root.relativize(file));
    }

    private static TaskFailedException invalid(String problem) {
        return new TaskFailedException("Invalid algorithm: " + problem);
    }

    private static TaskFailedException invalid(String problem, Throwable cause) {
        return new TaskFailedException("Invalid algorithm: " + problem, cause);
    }
}
