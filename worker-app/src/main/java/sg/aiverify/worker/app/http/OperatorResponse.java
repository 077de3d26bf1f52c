package sg.aiverify.worker.app.http;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;

/**
 * A response of the HTTP server for operators.
 *
 * @param status the HTTP status code
 * @param contentType the type of the body
 * @param headers further headers
 * @param body the bytes; neither side changes them
 */
public record OperatorResponse(int status, String contentType, Map<String, String> headers, byte[] body) {
    private static final String PLAIN = "text/plain; charset=utf-8";

    public OperatorResponse {
        Objects.requireNonNull(contentType, "contentType");
        Objects.requireNonNull(body, "body");
        headers = Map.copyOf(headers);
    }

    /**
     * Creates a plain-text response.
     *
     * @param status the HTTP status code
     * @param text one or several lines, without the last line end
     * @return the response
     */
    public static OperatorResponse text(int status, String text) {
        return new OperatorResponse(status, PLAIN, Map.of(), (text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Adds a header.
     *
     * @param name its name
     * @param value its value
     * @return the same response, with this header only
     */
    OperatorResponse with(String name, String value) {
        return new OperatorResponse(status, contentType, Map.of(name, value), body);
    }
}
