package sg.aiverify.worker.testkit.gateway;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Checks whether a result belongs to its run. */
final class OwnResult {
    private static final String DATASET_ARGUMENT = "_dataset_:";

    private OwnResult() {}

    /** Returns the name of the first field of the result that differs from the run; empty if there is no difference. */
    static Optional<String> difference(StoredRun run, JsonObject document) {
        JsonObject given = document.getAsJsonObject("testArguments");
        StoredFile truth = run.groundTruthDataset == null ? run.dataset : run.groundTruthDataset;
        String column = run.groundTruthDataset == null ? "" : run.groundTruth;
        if (!run.algorithm.name().gid().equals(PythonJson.text(document, "gid"))) {
            return Optional.of("gid");
        }
        if (!run.algorithm.name().cid().equals(PythonJson.text(document, "cid"))) {
            return Optional.of("cid");
        }
        if (!run.model.name().equals(baseName(given, "modelFile"))) {
            return Optional.of("modelFile");
        }
        if (!Objects.equals(run.model.modelType(), PythonJson.text(given, "modelType"))) {
            return Optional.of("modelType");
        }
        if (!run.dataset.name().equals(baseName(given, "testDataset"))) {
            return Optional.of("testDataset");
        }
        if (!truth.name().equals(baseName(given, "groundTruthDataset"))) {
            return Optional.of("groundTruthDataset");
        }
        if (column != null && !column.equals(PythonJson.text(given, "groundTruth"))) {
            return Optional.of("groundTruth");
        }
        return sameArguments(run.arguments, ResultJson.algorithmArguments(given))
                ? Optional.empty()
                : Optional.of("algorithmArgs");
    }

    /**
     * Compares arguments. The worker may replace the name of a dataset with a path, and a missing argument with its
     * default.
     */
    private static boolean sameArguments(JsonElement ordered, @Nullable JsonElement reported) {
        if (isDataset(ordered)) {
            return reported != null;
        }
        if (!ordered.isJsonObject()) {
            return ordered.equals(reported);
        }
        return reported != null
                && reported.isJsonObject()
                && ordered.getAsJsonObject().entrySet().stream()
                        .allMatch(entry -> sameArguments(
                                entry.getValue(), reported.getAsJsonObject().get(entry.getKey())));
    }

    private static boolean isDataset(JsonElement value) {
        return PythonJson.isString(value) && value.getAsString().startsWith(DATASET_ARGUMENT);
    }

    private static @Nullable String baseName(JsonObject object, String field) {
        String path = PythonJson.text(object, field);
        return path == null ? null : ResultJson.baseName(path);
    }
}
