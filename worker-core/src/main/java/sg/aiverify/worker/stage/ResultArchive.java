package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.STABLE;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.apiguardian.api.API;

/**
 * A zip with one {@code results.json} at its root and the artifacts that it names, ready to be uploaded.
 *
 * @param runId the test run that it belongs to
 * @param file the zip, absolute; deleted with the run
 * @param artifacts the artifacts in it, by their path in the zip
 */
@API(status = STABLE, since = "1.0")
public record ResultArchive(String runId, Path file, List<String> artifacts) {
    public ResultArchive {
        Objects.requireNonNull(runId, "runId");
        Objects.requireNonNull(file, "file");
        artifacts = List.copyOf(artifacts);
    }
}
