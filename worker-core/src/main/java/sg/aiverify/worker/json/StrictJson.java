package sg.aiverify.worker.json;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads JSON by RFC 8259, to the letter: no {@code NaN}, no single quotes, no second value, no key twice. Numbers keep
 * every digit, and {@code 1.0} stays apart from {@code 1}. Thread-safe.
 *
 * <p>Gson's own reader is not used: it takes a key given twice.
 */
public final class StrictJson {
    /** How deep arrays and objects may lie in each other. */
    public static final int MAX_DEPTH = 200;

    private static final int MAX_SCALE = 2000;
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private StrictJson() {}

    /**
     * Parses a text.
     *
     * @param text one JSON value
     * @return its tree
     * @throws InvalidJsonException if it is not JSON
     */
    public static JsonElement parse(String text) throws InvalidJsonException {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            return document(parser);
        } catch (JacksonException e) {
            throw invalid(e);
        }
    }

    /**
     * Parses a file in UTF-8.
     *
     * @param file a file with one JSON value
     * @param maxBytes how large it may be
     * @return its tree
     * @throws InvalidJsonException if it is not JSON or too large
     * @throws IOException if it cannot be read
     */
    public static JsonElement parse(Path file, long maxBytes) throws InvalidJsonException, IOException {
        long size = Files.size(file);
        if (size > maxBytes) {
            throw new InvalidJsonException("it has %d bytes, allowed are %d".formatted(size, maxBytes));
        }
        String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        return parse(text.startsWith("\uFEFF") ? text.substring(1) : text);
    }

    /**
     * Says what a value is, as people who write JSON call it.
     *
     * @param value any value
     * @return for example {@code a number}
     */
    public static String kindOf(JsonElement value) {
        if (value instanceof JsonPrimitive primitive) {
            return primitive.isString() ? "a string" : primitive.isNumber() ? "a number" : "a boolean";
        }
        return value.isJsonObject() ? "an object" : value.isJsonArray() ? "an array" : "null";
    }

    private static JsonElement document(JsonParser parser) throws InvalidJsonException {
        JsonToken first = parser.nextToken();
        if (first == null) {
            throw new InvalidJsonException("it is empty");
        }
        JsonElement value = value(parser, first);
        if (parser.nextToken() != null) {
            throw new InvalidJsonException("something follows its end" + at(parser.currentTokenLocation()));
        }
        return value;
    }

    private static JsonElement value(JsonParser parser, JsonToken token) throws InvalidJsonException {
        switch (token) {
            case START_OBJECT:
                JsonObject object = new JsonObject();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = parser.currentName();
                    object.add(name, value(parser, parser.nextToken()));
                }
                return object;
            case START_ARRAY:
                JsonArray array = new JsonArray();
                for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
                    array.add(value(parser, next));
                }
                return array;
            case VALUE_STRING:
                return new JsonPrimitive(parser.getString());
            case VALUE_TRUE:
            case VALUE_FALSE:
                return new JsonPrimitive(token == JsonToken.VALUE_TRUE);
            case VALUE_NULL:
                return JsonNull.INSTANCE;
            case VALUE_NUMBER_INT:
                return new JsonPrimitive(integer(parser.getString()));
            case VALUE_NUMBER_FLOAT:
                return new JsonPrimitive(decimal(parser));
            default:
                throw new InvalidJsonException("unexpected " + token.name().toLowerCase(Locale.ROOT));
        }
    }

    private static Number integer(String digits) {
        return digits.length() < 19 ? Long.valueOf(digits) : new BigInteger(digits);
    }

    private static Number decimal(JsonParser parser) throws InvalidJsonException {
        String text = parser.getString();
        BigDecimal exact = new BigDecimal(text);
        // Python reads what is larger as infinity, and arithmetic on such exponents takes for ever
        if (Double.isInfinite(exact.doubleValue()) || Math.abs((long) exact.scale()) > MAX_SCALE) {
            throw new InvalidJsonException("the number %s is beyond the range of a double%s"
                    .formatted(text, at(parser.currentTokenLocation())));
        }
        return exact.signum() == 0 && text.startsWith("-") ? Double.valueOf(-0.0) : exact;
    }

    private static InvalidJsonException invalid(JacksonException e) {
        String problem = e.getOriginalMessage();
        TokenStreamLocation location = e.getLocation();
        return new InvalidJsonException(problem + (location == null ? "" : at(location)), e);
    }

    private static String at(TokenStreamLocation location) {
        return " (line %d, column %d)".formatted(location.getLineNr(), location.getColumnNr());
    }
}
