package sg.aiverify.worker.app.http;

import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a client asks the operator server for.
 *
 * @param method for example {@code GET}
 * @param path without the query
 * @param headers the first value of each header, by its name in lower case
 */
public record OperatorRequest(String method, String path, Map<String, String> headers) {
    public OperatorRequest {
        Objects.requireNonNull(method, "method");
        Objects.requireNonNull(path, "path");
        headers = Map.copyOf(headers);
    }

    /**
     * Gives a header.
     *
     * @param name its name, in any case
     * @return its first value, if there is one
     */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
    }
}
