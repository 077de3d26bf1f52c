package sg.aiverify.worker.app.logging;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.StringLayout;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.layout.AbstractStringLayout;
import org.apache.logging.log4j.layout.template.json.JsonTemplateLayout;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.internal.Secrets;
import sg.aiverify.worker.failure.FailureText;

/**
 * Writes each event as one line with a JSON object that follows the Elastic Common Schema. The object has the fields of
 * the template {@code ecs.json}, the worker's name, and the traceback of an algorithm in the error fields. Each text is
 * made printable and masked separately.
 */
final class EcsLayout extends AbstractStringLayout {
    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();
    private static final String MESSAGE = "message";

    private final Secrets secrets;
    private final Supplier<@Nullable String> worker;
    private final StringLayout template;

    /**
     * Creates the layout.
     *
     * @param secrets the secrets to mask
     * @param worker supplies the worker's name; supplies null until the worker has a name
     */
    EcsLayout(Configuration configuration, Secrets secrets, Supplier<@Nullable String> worker) {
        super(StandardCharsets.UTF_8);
        this.secrets = secrets;
        this.worker = worker;
        this.template = JsonTemplateLayout.newBuilder()
                .setConfiguration(configuration)
                .setCharset(StandardCharsets.UTF_8)
                // The template cuts long texts before this layout masks secrets.
                .setTruncatedStringSuffix(FailureText.endIsCut(""))
                .setEventTemplateUri("classpath:sg/aiverify/worker/app/logging/ecs.json")
                .build();
    }

    @Override
    public String toSerializable(LogEvent event) {
        JsonObject line =
                masked(JsonParser.parseString(template.toSerializable(event))).getAsJsonObject();
        String name = worker.get();
        if (name != null) {
            line.addProperty("service.node.name", name);
        }
        if (!line.has("error.type")) {
            PythonError.in(line.get(MESSAGE).getAsString()).ifPresent(error -> {
                line.addProperty(MESSAGE, error.rest());
                line.addProperty("error.type", error.type());
                line.addProperty("error.message", error.message());
                line.addProperty("error.stack_trace", error.traceback());
            });
        }
        return GSON.toJson(line) + "\n";
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
        return template.getContentType();
    }
}
