package sg.aiverify.worker.testkit.gateway;

import static org.apiguardian.api.API.Status.STABLE;

import java.time.Instant;
import org.apiguardian.api.API;

/**
 * A request that reached the gateway.
 *
 * @param at the time
 * @param method the method, in capitals
 * @param path the path, percent-decoded
 * @param bodyBytes the length of its body; 0 if the connection was closed before the body was read
 * @param status the status code of the response; 0 if the connection was closed instead
 */
@API(status = STABLE, since = "1.0")
public record SeenRequest(Instant at, String method, String path, int bodyBytes, int status) {}
