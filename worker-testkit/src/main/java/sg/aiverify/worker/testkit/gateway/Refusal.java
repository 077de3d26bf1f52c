package sg.aiverify.worker.testkit.gateway;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;

/** The exception that ends the handling of a request with an error response. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient GatewayResponse response;

    private Refusal(GatewayResponse response, String message) {
        super(message, null, false, false);
        this.response = response;
    }

    static Refusal of(int status, String detail) {
        return new Refusal(GatewayResponse.detail(status, detail), detail);
    }

    /** Refuses a request with a detail that hides the reason. Only the journal contains the reason. */
    static Refusal of(int status, String detail, String reason) {
        return new Refusal(GatewayResponse.detail(status, detail), reason);
    }

    static Refusal crash(String why) {
        return new Refusal(GatewayResponse.crash(), why);
    }

    static Refusal unprocessable(String type, String message, String... location) {
        JsonArray path = new JsonArray();
        for (String part : location) {
            path.add(part);
        }
        JsonObject error = new JsonObject();
        error.addProperty("type", type);
        error.add("loc", path);
        error.addProperty("msg", message);
        JsonArray errors = new JsonArray();
        errors.add(error);
        JsonObject body = new JsonObject();
        body.add("detail", errors);
        return new Refusal(GatewayResponse.json(422, body), String.join(".", location) + ": " + message);
    }

    GatewayResponse response() {
        return response;
    }
}
