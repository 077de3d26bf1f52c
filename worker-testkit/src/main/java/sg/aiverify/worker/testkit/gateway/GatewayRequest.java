package sg.aiverify.worker.testkit.gateway;

import com.google.gson.JsonElement;
import java.util.Locale;
import java.util.Map;

/**
 * One request as the routes see it.
 *
 * @param method in capitals
 * @param path percent-decoded, without the query
 * @param headers names in lower case; the first value of each
 * @param body all of it
 * @param responseLost whether a fault will swallow the answer, so that the sender cannot know what became of it
 */
record GatewayRequest(String method, String path, Map<String, String> headers, byte[] body, boolean responseLost) {
    String contentType() {
        return headers.getOrDefault("content-type", "");
    }

    /** Reads the body's JSON, with the answers that the real gateway gives to what is none. */
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
