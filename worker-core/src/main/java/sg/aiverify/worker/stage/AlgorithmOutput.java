package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.STABLE;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.apiguardian.api.API;

/**
 * The output of an algorithm. It is untrusted: the worker trusts only the parts that it has checked.
 *
 * <p>The files must be in a directory in which the run cannot change them any more. {@link
 * sg.aiverify.worker.files.TakenFiles} moves files to such a directory.
 *
 * @param output a file with one JSON object, the algorithm's results; may contain the tokens {@code NaN} and {@code
 *     Infinity}, as Python writes them
 * @param artifactDirectory the directory of the artifacts, absolute; need not exist
 * @param artifacts the artifacts' paths, relative to this directory, with {@code /}
 * @param startTime the time at which the algorithm started, by the worker's clock
 * @param timeTaken the duration of the algorithm, by the worker's clock
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
