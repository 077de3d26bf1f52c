package sg.aiverify.worker.testkit.gateway;

import java.time.Instant;

/**
 * A request that reached the gateway.
 *
 * @param at when
 * @param method in capitals
 * @param path percent-decoded
 * @param bodyBytes length of its body; 0 if the connection was closed before it was read
 * @param status what was answered; 0 if the connection was closed instead
 */
public record SeenRequest(Instant at, String method, String path, int bodyBytes, int status) {}
