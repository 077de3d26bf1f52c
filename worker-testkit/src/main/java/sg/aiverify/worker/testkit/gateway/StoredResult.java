package sg.aiverify.worker.testkit.gateway;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A result that the gateway accepted.
 *
 * @param id its number
 * @param runId the run it names, as it was written; null if none
 * @param document the whole result as it was uploaded
 * @param output the algorithm's output
 * @param artifacts the stored artifacts by name, in the order in which the result lists them
 */
public record StoredResult(
        int id, @Nullable String runId, JsonObject document, JsonElement output, Map<String, byte[]> artifacts) {}
