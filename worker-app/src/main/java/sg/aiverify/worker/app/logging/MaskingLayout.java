package sg.aiverify.worker.app.logging;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.nio.charset.StandardCharsets;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.StringLayout;
import org.apache.logging.log4j.core.layout.AbstractStringLayout;
import sg.aiverify.worker.config.Secrets;
import sg.aiverify.worker.failure.FailureText;

/**
 * Another layout's JSON, a line for each event, without secrets: each text in it is made printable and masked by itself.
 */
final class MaskingLayout extends AbstractStringLayout {
    private static final Gson GSON =
            new GsonBuilder().disableHtmlEscaping().serializeNulls().create();

    private final Secrets secrets;
    private final StringLayout layout;

    MaskingLayout(Secrets secrets, StringLayout layout) {
        super(StandardCharsets.UTF_8);
        this.secrets = secrets;
        this.layout = layout;
    }

    @Override
    public String toSerializable(LogEvent event) {
        return GSON.toJson(masked(JsonParser.parseString(layout.toSerializable(event)))) + "\n";
    }

    private JsonElement masked(JsonElement value) {
        if (value instanceof JsonObject object) {
            JsonObject masked = new JsonObject();
            object.asMap().forEach((name, member) -> masked.add(name, masked(member)));
            return masked;
        }
        if (value instanceof JsonArray array) {
            JsonArray masked = new JsonArray();
            array.forEach(item -> masked.add(masked(item)));
            return masked;
        }
        return value instanceof JsonPrimitive primitive && primitive.isString()
                ? new JsonPrimitive(secrets.masked(FailureText.printable(primitive.getAsString())))
                : value;
    }

    @Override
    public String getContentType() {
        return layout.getContentType();
    }
}
