package sg.aiverify.worker.testkit.gateway;

import static org.apiguardian.api.API.Status.STABLE;

import java.time.Instant;
import org.apiguardian.api.API;
import sg.aiverify.worker.gateway.RunStatus;

/**
 * A result that was uploaded for a run and accepted by the gateway.
 *
 * @param at the time
 * @param before the run's status before the upload
 */
@API(status = STABLE, since = "1.0")
public record SeenUpload(Instant at, RunStatus before) {}
