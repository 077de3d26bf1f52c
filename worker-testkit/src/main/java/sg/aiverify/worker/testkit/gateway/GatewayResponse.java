package sg.aiverify.worker.testkit.gateway;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A response.
 *
 * @param status the HTTP status code
 * @param headers the headers, with the content type if the body has one
 * @param body the body; may be empty
 */
record GatewayResponse(int status, Map<String, String> headers, byte[] body) {
    static GatewayResponse json(int status, JsonElement value) {
        return of(status, "application/json", PythonJson.write(value).getBytes(StandardCharsets.UTF_8));
    }

    static GatewayResponse detail(int status, String detail) {
        JsonObject body = new JsonObject();
        body.addProperty("detail", detail);
        return json(status, body);
    }

    /** Returns the response for an exception that no handler caught. */
    static GatewayResponse crash() {
        return of(500, "text/plain; charset=utf-8", "Internal Server Error".getBytes(StandardCharsets.UTF_8));
    }

    static GatewayResponse of(int status, String contentType, byte[] body) {
        return new GatewayResponse(status, Map.of("Content-Type", contentType), body);
    }

    static GatewayResponse attachment(String contentType, String filename, byte[] body) {
        return new GatewayResponse(
                200,
                Map.of("Content-Type", contentType, "Content-Disposition", "attachment; filename=\"" + filename + "\""),
                body);
    }

    static GatewayResponse empty(int status) {
        return of(status, "application/json", new byte[0]);
    }
}
