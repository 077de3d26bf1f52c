package sg.aiverify.worker.app.http;

import java.util.Objects;
import java.util.function.Function;

/**
 * An endpoint of the HTTP server for operators. An endpoint for {@code GET} also accepts {@code HEAD}.
 *
 * @param method the HTTP method
 * @param path the path, without a query
 * @param meaning a short description, for the list of endpoints
 * @param open whether clients need no token, even if one is set
 * @param handler returns the response; called by several threads, and may block
 */
public record Endpoint(
        String method, String path, String meaning, boolean open, Function<OperatorRequest, OperatorResponse> handler) {
    public Endpoint {
        Objects.requireNonNull(method, "method");
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(meaning, "meaning");
        Objects.requireNonNull(handler, "handler");
    }
}
