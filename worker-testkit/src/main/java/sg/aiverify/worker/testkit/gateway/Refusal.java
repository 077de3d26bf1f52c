package sg.aiverify.worker.testkit.gateway;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;

/** Ends the handling of a request with an answer. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient GatewayResponse answer;

    private Refusal(GatewayResponse answer, String message) {
        super(message, null, false, false);
        this.answer = answer;
    }

    static Refusal of(int status, String detail) {
        return new Refusal(GatewayResponse.detail(status, detail), detail);
    }

    /** Refuses with a detail that hides the reason, which only the journal gets to know. */
    static Refusal of(int status, String detail, String reason) {
        return new Refusal(GatewayResponse.detail(status, detail), reason);
    }

    static Refusal crash(String why) {
        return new Refusal(GatewayResponse.crash(), why);
    }

    static Refusal unprocessable(String type, String message, String... location) {
        JsonArray where = new JsonArray();
        for (String part : location) {
            where.add(part);
        }
        JsonObject error = new JsonObject();
        error.addProperty("type", type);
        error.add("loc", where);
        error.addProperty("msg", message);
        JsonArray errors = new JsonArray();
        errors.add(error);
        JsonObject body = new JsonObject();
        body.add("detail", errors);
        return new Refusal(GatewayResponse.json(422, body), String.join(".", location) + ": " + message);
    }

    GatewayResponse answer() {
        return answer;
    }
}
