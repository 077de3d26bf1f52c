package sg.aiverify.worker.app.http;

import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A request to the HTTP server for operators.
 *
 * @param method the method, for example {@code GET}
 * @param path the path, without the query
 * @param headers the first value of each header, by its name in lower case
 */
public record OperatorRequest(String method, String path, Map<String, String> headers) {
    public OperatorRequest {
        Objects.requireNonNull(method, "method");
        Objects.requireNonNull(path, "path");
        headers = Map.copyOf(headers);
    }

    /**
     * Returns a header.
     *
     * @param name its name, in upper or lower case
     * @return its first value; empty if the request does not have the header
     */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
    }
}
