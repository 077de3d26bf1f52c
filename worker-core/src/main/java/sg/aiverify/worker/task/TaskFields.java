package sg.aiverify.worker.task;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.internal.NearestName;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.json.internal.Excerpt;
import sg.aiverify.worker.json.internal.StrictJson;
import sg.aiverify.worker.task.Task.DataFile;

/** Checks the fields of one task, and collects all problems. */
final class TaskFields {
    private static final Pattern SHA256 = Pattern.compile("\\p{XDigit}{64}");
    private static final Pattern PLUGIN_ID = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9._-]{0,127}");
    private static final int SHOWN = 100;
    private static final Set<String> KNOWN = Set.of(
            "id",
            "mode",
            "algorithmGID",
            "algorithmCID",
            "algorithmHash",
            "algorithmArgs",
            "modelFile",
            "modelFileHash",
            "modelType",
            "testDataset",
            "testDatasetHash",
            "groundTruthDataset",
            "groundTruthDatasetHash",
            "groundTruth",
            "apiSchema",
            "apiConfig");

    private final JsonObject json;
    private final List<String> problems = new ArrayList<>();

    TaskFields(JsonObject json) {
        this.json = json;
    }

    Task toTask() {
        String id = id();
        mode();
        String gid = pluginId("algorithmGID");
        String cid = pluginId("algorithmCID");
        String algorithmHash = hash("algorithmHash");
        JsonObject arguments = arguments();
        DataFile model = file("modelFile", "modelFileHash");
        ModelType modelType = modelType();
        DataFile testDataset = file("testDataset", "testDatasetHash");
        DataFile groundTruthDataset = groundTruthDataset();
        String groundTruth = groundTruth(groundTruthDataset);
        if (!problems.isEmpty()) {
            throw new TaskFailedException("The task is invalid: " + String.join("; ", problems));
        }
        // If there is no problem, only optional values are null.
        return new Task(
                Objects.requireNonNull(id),
                Objects.requireNonNull(gid),
                Objects.requireNonNull(cid),
                algorithmHash,
                Objects.requireNonNull(arguments),
                Objects.requireNonNull(modelType),
                Objects.requireNonNull(model),
                Objects.requireNonNull(testDataset),
                groundTruthDataset,
                groundTruth);
    }

    private @Nullable String id() {
        String id = required("id");
        if (id != null && !RunId.isValid(id)) {
            problems.add("id must be a UUID, but is '" + Excerpt.of(id) + "'");
            return null;
        }
        return id == null ? null : RunId.canonical(id);
    }

    private void mode() {
        String mode = required("mode");
        if (mode == null || mode.equals("upload")) {
            return;
        }
        problems.add(
                mode.equals("api")
                        ? "mode 'api' (a model behind an API) is not implemented; submit an uploaded model with mode"
                                + " 'upload'"
                        : "mode must be 'upload', but is '" + Excerpt.of(mode) + "'");
    }

    private @Nullable String pluginId(String field) {
        String id = required(field);
        if (id != null && !PLUGIN_ID.matcher(id).matches()) {
            problems.add(
                    "%s must be 1 to 128 letters, digits, '.', '_' or '-', the first a letter or digit, but is '%s'"
                            .formatted(field, Excerpt.of(id)));
        }
        return id;
    }

    private @Nullable ModelType modelType() {
        String name = required("modelType");
        if (name == null) {
            return null;
        }
        Optional<ModelType> type = ModelType.named(name);
        if (type.isEmpty()) {
            String allowed =
                    Arrays.stream(ModelType.values()).map(ModelType::wireName).collect(Collectors.joining(", "));
            problems.add("modelType must be one of " + allowed + ", but is '" + Excerpt.of(name) + "'");
        }
        return type.orElse(null);
    }

    private @Nullable JsonObject arguments() {
        JsonElement value = json.get("algorithmArgs");
        if (value == null) {
            problems.add(missing("algorithmArgs", "it must be an object, {} for no arguments"));
            return null;
        }
        if (!value.isJsonObject()) {
            problems.add("algorithmArgs must be an object, but is " + described(value));
            return null;
        }
        return value.getAsJsonObject();
    }

    private @Nullable DataFile file(String field, String hashField) {
        String sha256 = hash(hashField);
        String name = required(field);
        return name == null || !isFileName(field, name) ? null : new DataFile(name, sha256);
    }

    private @Nullable DataFile groundTruthDataset() {
        String name = optional("groundTruthDataset");
        if (name == null || name.isEmpty()) {
            return null;
        }
        String sha256 = hash("groundTruthDatasetHash");
        return isFileName("groundTruthDataset", name) ? new DataFile(name, sha256) : null;
    }

    private @Nullable String groundTruth(@Nullable DataFile dataset) {
        if (dataset == null) {
            return null; // A column without a dataset has no meaning. The gateway leaves out such a column, too.
        }
        String column = optional("groundTruth");
        if (column == null && !isWrongType("groundTruth")) {
            String need = "it must be the column of groundTruthDataset '" + Excerpt.of(dataset.name())
                    + "' that contains the ground truth";
            problems.add(missing("groundTruth", need));
        }
        return column;
    }

    private boolean isWrongType(String field) {
        JsonElement value = json.get(field);
        return value != null && !value.isJsonNull() && !StrictJson.isString(value);
    }

    private boolean isFileName(String field, String name) {
        boolean plain = !name.equals(".")
                && !name.equals("..")
                && name.chars().noneMatch(c -> c == '/' || c == '\\' || Character.isISOControl(c));
        if (!plain) {
            problems.add(field + " must be a plain file name without '/' and '\\', but is '" + Excerpt.of(name) + "'");
        }
        return plain;
    }

    private @Nullable String hash(String field) {
        String hash = optional(field);
        if (hash == null) {
            return null;
        }
        if (!SHA256.matcher(hash).matches()) {
            problems.add(
                    "%s must be a SHA-256 of 64 hex digits or null, but is '%s'".formatted(field, Excerpt.of(hash)));
        }
        return hash.toLowerCase(Locale.ROOT);
    }

    /** Returns the value of a field that must be a string and must not be empty; null if there is a problem. */
    private @Nullable String required(String field) {
        JsonElement value = json.get(field);
        if (value == null) {
            problems.add(missing(field, "it must be a string"));
            return null;
        }
        if (!StrictJson.isString(value)) {
            problems.add(field + " must be a string, but is " + described(value));
            return null;
        }
        if (value.getAsString().isEmpty()) {
            problems.add(field + " must not be empty");
            return null;
        }
        return value.getAsString();
    }

    /** Describes a missing field. If an unknown field has a similar name, suggests that this name is misspelled. */
    private String missing(String field, String need) {
        List<String> unknown = json.keySet().stream()
                .filter(name -> name.length() <= SHOWN && !KNOWN.contains(name))
                .filter(name -> 2 * NearestName.distance(name, field) <= field.length()) // many names are similar to id
                .toList();
        String mistyped = NearestName.of(field, unknown)
                .map(name -> " (misspelled as '" + name + "'?)")
                .orElse("");
        return field + " is missing" + mistyped + "; " + need;
    }

    private @Nullable String optional(String field) {
        JsonElement value = json.get(field);
        if (value == null || value.isJsonNull()) {
            return null;
        }
        if (!StrictJson.isString(value)) {
            problems.add(field + " must be a string or null, but is " + described(value));
            return null;
        }
        return value.getAsString();
    }

    private static String described(JsonElement value) {
        return value.isJsonNull() ? "null" : StrictJson.kindOf(value) + ": " + Excerpt.of(value.toString());
    }
}
