package sg.aiverify.worker.testkit.gateway;

import static org.apiguardian.api.API.Status.STABLE;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Map;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * A result that the gateway accepted.
 *
 * @param id the number of the result
 * @param runId the run's id as written in the result; null if there is none
 * @param document the whole result as it was uploaded
 * @param output the algorithm's output
 * @param artifacts the stored artifacts by name, in the order in which the result lists them
 */
@API(status = STABLE, since = "1.0")
public record StoredResult(
        int id, @Nullable String runId, JsonObject document, JsonElement output, Map<String, byte[]> artifacts) {}
