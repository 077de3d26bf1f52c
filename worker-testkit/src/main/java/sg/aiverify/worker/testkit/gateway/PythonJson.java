package sg.aiverify.worker.testkit.gateway;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.internal.LazilyParsedNumber;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;

/**
 * Reads and writes JSON like Python's standard library in the real gateway: strict, but with NaN and Infinity. Numbers
 * keep their text, so that 1 and 1.0 remain distinct. The output is ASCII, with a blank after each comma and colon.
 */
final class PythonJson {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private PythonJson() {}

    /** The exception for a text that is not JSON. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        Malformed(String message) {
            super(message);
        }
    }

    static JsonElement read(byte[] utf8) throws Malformed {
        String text = new String(utf8, StandardCharsets.UTF_8);
        return read(text.startsWith("\uFEFF") ? text.substring(1) : text);
    }

    static JsonElement read(String text) throws Malformed {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            if (parser.nextToken() == null) {
                throw new Malformed("no content");
            }
            JsonElement value = value(parser);
            if (parser.nextToken() != null) {
                throw new Malformed("extra data after the value");
            }
            return value;
        } catch (JacksonException broken) {
            throw new Malformed(String.valueOf(broken.getOriginalMessage()));
        }
    }

    private static JsonElement value(JsonParser parser) {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_NULL -> JsonNull.INSTANCE;
            case VALUE_TRUE -> new JsonPrimitive(true);
            case VALUE_FALSE -> new JsonPrimitive(false);
            case VALUE_STRING -> new JsonPrimitive(parser.getString());
            case VALUE_NUMBER_INT -> new JsonPrimitive(new LazilyParsedNumber(parser.getString()));
            case VALUE_NUMBER_FLOAT ->
                parser.isNaN()
                        ? new JsonPrimitive(parser.getDoubleValue())
                        : new JsonPrimitive(new LazilyParsedNumber(parser.getString()));
            default -> throw new IllegalStateException("unexpected token " + parser.currentToken());
        };
    }

    private static JsonObject object(JsonParser parser) {
        JsonObject object = new JsonObject();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            object.add(name, value(parser));
        }
        return object;
    }

    private static JsonArray array(JsonParser parser) {
        JsonArray array = new JsonArray();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            array.add(value(parser));
        }
        return array;
    }

    /** Checks whether a value is a number without fraction and exponent. */
    static boolean isInteger(JsonElement value) {
        return isNumber(value) && value.getAsString().matches("-?[0-9]+");
    }

    static boolean isNumber(JsonElement value) {
        return value instanceof JsonPrimitive primitive && primitive.isNumber();
    }

    static boolean isString(JsonElement value) {
        return value instanceof JsonPrimitive primitive && primitive.isString();
    }

    /** Returns the text of a field; null if the field is missing or null. */
    static @Nullable String text(JsonObject object, String field) {
        JsonElement value = object.get(field);
        return value == null || value.isJsonNull() ? null : value.getAsString();
    }

    /** Checks whether a value is NaN or infinite, which a response of the gateway cannot contain. */
    static boolean isNotFinite(JsonElement value) {
        return isNumber(value) && !Double.isFinite(value.getAsDouble());
    }

    static String write(JsonElement value) {
        StringBuilder out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(JsonElement value, StringBuilder out) {
        if (value instanceof JsonObject object) {
            out.append('{');
            Iterator<Map.Entry<String, JsonElement>> entries = object.entrySet().iterator();
            while (entries.hasNext()) {
                Map.Entry<String, JsonElement> entry = entries.next();
                quote(entry.getKey(), out);
                out.append(": ");
                write(entry.getValue(), out);
                out.append(entries.hasNext() ? ", " : "");
            }
            out.append('}');
        } else if (value instanceof JsonArray array) {
            out.append('[');
            for (int i = 0; i < array.size(); i++) {
                out.append(i == 0 ? "" : ", ");
                write(array.get(i), out);
            }
            out.append(']');
        } else if (isString(value)) {
            quote(value.getAsString(), out);
        } else {
            out.append(value.isJsonNull() ? "null" : value.getAsString());
        }
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    if (c < 0x20 || c > 0x7e) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
