package sg.aiverify.worker.testkit.gateway;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Converts a stored result to the JSON of the gateway's responses. */
final class ResultJson {
    private ResultJson() {}

    static JsonObject of(StoredResult result) {
        JsonObject document = result.document();
        JsonObject json = new JsonObject();
        json.add("testRunId", JsonNull.INSTANCE);
        json.add("gid", document.get("gid"));
        json.add("cid", document.get("cid"));
        json.add("version", orNull(document.get("version")));
        json.add("startTime", document.get("startTime"));
        json.add("timeTaken", document.get("timeTaken"));
        json.add("testArguments", testArguments(document.getAsJsonObject("testArguments")));
        // As in the real gateway, the output is encoded as JSON twice.
        String once = PythonJson.write(result.output());
        json.addProperty("output", PythonJson.write(new JsonPrimitive(once)));
        JsonArray artifacts = new JsonArray();
        result.artifacts().keySet().forEach(artifacts::add);
        json.add("artifacts", artifacts);
        json.addProperty("id", result.id());
        json.addProperty("name", "Result for " + document.get("cid").getAsString());
        return json;
    }

    private static JsonObject testArguments(JsonObject given) {
        JsonObject arguments = new JsonObject();
        arguments.addProperty("testDataset", baseName(given.get("testDataset").getAsString()));
        arguments.add("mode", given.get("mode"));
        arguments.add("modelType", given.get("modelType"));
        arguments.addProperty(
                "groundTruthDataset", baseName(given.get("groundTruthDataset").getAsString()));
        arguments.add("groundTruth", orNull(given.get("groundTruth")));
        arguments.add("algorithmArgs", algorithmArguments(given));
        arguments.addProperty("modelFile", baseName(given.get("modelFile").getAsString()));
        return arguments;
    }

    /** Returns the arguments. If they are JSON text, decodes them. */
    static JsonElement algorithmArguments(JsonObject testArguments) {
        JsonElement value = testArguments.get("algorithmArgs");
        if (!PythonJson.isString(value)) {
            return value;
        }
        try {
            return PythonJson.read(value.getAsString());
        } catch (PythonJson.Malformed malformed) {
            throw Refusal.crash("algorithmArgs is not JSON text: " + malformed.getMessage());
        }
    }

    /** Returns the last part of a path or URI. The gateway ignores the other parts. */
    static String baseName(String path) {
        Path name = Path.of(path.isEmpty() ? "." : path).getFileName();
        return name == null || name.toString().equals(".") ? "" : name.toString();
    }

    private static JsonElement orNull(@Nullable JsonElement element) {
        return element == null ? JsonNull.INSTANCE : element;
    }
}
