package sg.aiverify.worker.algorithm;

import static org.apiguardian.api.API.Status.STABLE;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.Objects;
import org.apiguardian.api.API;

/**
 * An extracted algorithm. Created by {@link AlgorithmLayout}.
 *
 * @param directory the root of the algorithm, absolute; do not change the content of this directory
 * @param contentHash the SHA-256 of the algorithm's content in lower-case hex
 * @param script the path of {@code algo.py}
 * @param inputSchema the path of {@code input.schema.json}
 * @param outputSchema the path of {@code output.schema.json}
 * @param meta the content of {@code algo.meta.json}; do not change it
 */
@API(status = STABLE, since = "1.0")
public record Algorithm(
        Path directory, String contentHash, Path script, Path inputSchema, Path outputSchema, JsonObject meta) {
    public Algorithm {
        Objects.requireNonNull(directory, "directory");
        Objects.requireNonNull(contentHash, "contentHash");
        Objects.requireNonNull(script, "script");
        Objects.requireNonNull(inputSchema, "inputSchema");
        Objects.requireNonNull(outputSchema, "outputSchema");
        Objects.requireNonNull(meta, "meta");
    }

    /**
     * Returns whether the algorithm needs a ground truth.
     *
     * @return {@code requireGroundTruth} of the metadata; true if this field is missing
     */
    public boolean requiresGroundTruth() {
        return !meta.has("requireGroundTruth") || meta.get("requireGroundTruth").getAsBoolean();
    }
}
