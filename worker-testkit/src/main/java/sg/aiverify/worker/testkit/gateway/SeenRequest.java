package sg.aiverify.worker.testkit.gateway;

import static org.apiguardian.api.API.Status.STABLE;

import java.time.Instant;
import org.apiguardian.api.API;

/**
 * A request that reached the gateway.
 *
 * @param at when
 * @param method in capitals
 * @param path percent-decoded
 * @param bodyBytes length of its body; 0 if the connection was closed before it was read
 * @param status what was answered; 0 if the connection was closed instead
 */
@API(status = STABLE, since = "1.0")
public record SeenRequest(Instant at, String method, String path, int bodyBytes, int status) {}
