package sg.aiverify.worker.app.http;

import java.util.Objects;
import java.util.function.Function;

/**
 * One thing that the operator's HTTP server can be asked for. Who offers {@code GET} offers {@code HEAD} too.
 *
 * @param method the method
 * @param path the path, without a query
 * @param meaning what it is for, in a few words
 * @param open whether it is for everybody, also where a token is asked for
 * @param handler answers; called by several threads, which may wait in it
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
