package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.STABLE;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.apiguardian.api.API;

/**
 * What an algorithm gave. Foreign data: nothing in it is trusted beyond what the worker checks. The files must be where
 * nothing of the run can change them any more; {@link sg.aiverify.worker.files.TakenFiles} brings them there.
 *
 * @param output a file with one JSON object, the algorithm's results; may hold the tokens {@code NaN} and
 *     {@code Infinity}, as Python writes them
 * @param artifactDirectory the directory that artifacts lie in, absolute; may be absent on disk
 * @param artifacts artifacts by their path relative to that directory, with {@code /}
 * @param startTime when the algorithm started, by the worker's clock
 * @param timeTaken how long it computed, by the worker's clock
 */
@API(status = STABLE, since = "1.0")
public record AlgorithmOutput(
        Path output, Path artifactDirectory, List<String> artifacts, Instant startTime, Duration timeTaken) {
    public AlgorithmOutput {
        Objects.requireNonNull(output, "output");
        Objects.requireNonNull(artifactDirectory, "artifactDirectory");
        artifacts = List.copyOf(artifacts);
        Objects.requireNonNull(startTime, "startTime");
        Objects.requireNonNull(timeTaken, "timeTaken");
    }
}
