package sg.aiverify.worker.testkit.gateway;

import com.google.gson.JsonElement;
import java.util.Locale;
import java.util.Map;

/**
 * A request as the routes see it.
 *
 * @param method the method, in capitals
 * @param path the path, percent-decoded, without the query
 * @param headers the first value of each header, by name in lower case
 * @param body the whole body
 * @param responseLost whether a fault suppresses the response, so that the sender does not know the outcome
 */
record GatewayRequest(String method, String path, Map<String, String> headers, byte[] body, boolean responseLost) {
    String contentType() {
        return headers.getOrDefault("content-type", "");
    }

    /** Reads the body as JSON. Refuses an invalid body with the same response as the real gateway. */
    JsonElement json() {
        String type = contentType().split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
        boolean json = type.equals("application/json") || type.startsWith("application/") && type.endsWith("+json");
        if (!json) {
            throw Refusal.unprocessable("model_attributes_type", "Content-Type is not JSON", "body");
        }
        try {
            return PythonJson.read(body);
        } catch (PythonJson.Malformed malformed) {
            throw Refusal.unprocessable("json_invalid", "JSON decode error: " + malformed.getMessage(), "body");
        }
    }
}
