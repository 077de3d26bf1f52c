package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.STABLE;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.apiguardian.api.API;

/**
 * A zip with a result, for the upload. At its root is one {@code results.json}. The zip also contains the artifacts
 * that this file lists.
 *
 * @param runId the id of the test run
 * @param file the zip, absolute; deleted at the end of the run
 * @param artifacts the paths of the artifacts in the zip
 */
@API(status = STABLE, since = "1.0")
public record ResultArchive(String runId, Path file, List<String> artifacts) {
    public ResultArchive {
        Objects.requireNonNull(runId, "runId");
        Objects.requireNonNull(file, "file");
        artifacts = List.copyOf(artifacts);
    }
}
