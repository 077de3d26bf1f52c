package sg.aiverify.worker.json.internal;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonFactoryBuilder;
import tools.jackson.core.json.JsonReadFeature;

/**
 * Reads JSON strictly by RFC 8259: no {@code NaN}, no single quotes, no second value, no duplicate key. Numbers keep
 * every digit, and {@code 1.0} remains distinct from {@code 1}. Thread-safe.
 *
 * <p>Gson's own reader is not used, since it accepts duplicate keys.
 */
public final class StrictJson {
    /** The maximum nesting depth of arrays and objects. */
    public static final int MAX_DEPTH = 200;

    /** The maximum number of names, values and brackets. In a tree, each takes up to a hundred bytes. */
    public static final int MAX_TOKENS = 400_000;

    private static final String VALUES = "an object, an array, a string in double quotes, a number, true, false, null";
    private static final Pattern CONTROL_IN_STRING =
            Pattern.compile("Illegal unquoted character \\(\\(CTRL-CHAR, code (\\d{1,3})\\)\\)");
    private static final int MAX_STRING = 64 * 1024 * 1024;
    private static final int MAX_SCALE = 2000;
    private static final JsonFactory FACTORY = factory().build();
    private static final JsonFactory PYTHON_FACTORY =
            factory().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

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
     * @param maxBytes the maximum size of the file, in bytes
     * @return its tree
     * @throws InvalidJsonException if it is not JSON or too large
     * @throws IOException if it cannot be read
     */
    public static JsonElement parse(Path file, long maxBytes) throws InvalidJsonException, IOException {
        return parse(FACTORY, bytes(file, maxBytes));
    }

    /**
     * Parses a file that Python wrote: like {@link #parse(Path, long)}, but with {@code NaN} and infinities as doubles.
     *
     * @param file a file with one JSON value
     * @param maxBytes the maximum size of the file, in bytes
     * @return its tree
     * @throws InvalidJsonException if it is not such JSON or too large
     * @throws IOException if it cannot be read
     */
    public static JsonElement parseFromPython(Path file, long maxBytes) throws InvalidJsonException, IOException {
        return parse(PYTHON_FACTORY, bytes(file, maxBytes));
    }

    /**
     * Opens a text in UTF-8.
     *
     * @param input the stream of its bytes; closed with the reader
     * @return a reader of the text without its byte order mark; it throws a {@link CharacterCodingException} at bytes
     *     that are not UTF-8
     * @throws IOException if the first bytes cannot be read
     */
    public static Reader reader(InputStream input) throws IOException {
        Reader reader = new BufferedReader(new InputStreamReader(
                input,
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT)));
        reader.mark(1);
        if (reader.read() != '\uFEFF') {
            reader.reset();
        }
        return reader;
    }

    /**
     * Returns the JSON type of a value, for a message.
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

    /**
     * Checks whether a value is a string.
     *
     * @param value any value
     * @return true if it is a string
     */
    public static boolean isString(JsonElement value) {
        return value instanceof JsonPrimitive primitive && primitive.isString();
    }

    private static JsonElement document(JsonParser parser) throws InvalidJsonException {
        JsonToken first = parser.nextToken();
        if (first == null) {
            throw new InvalidJsonException("it is empty");
        }
        JsonElement value = value(parser, first);
        if (parser.nextToken() != null) {
            throw new InvalidJsonException("unexpected text after its end" + at(parser.currentTokenLocation()));
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
        if (parser.isNaN()) {
            return parser.getDoubleValue();
        }
        BigDecimal exact = inDoubleRange(text)
                .orElseThrow(() -> new InvalidJsonException("the number %s is beyond the range of a double%s"
                        .formatted(text, at(parser.currentTokenLocation()))));
        return exact.signum() == 0 && text.startsWith("-") ? Double.valueOf(-0.0) : exact;
    }

    /** Python reads larger numbers as infinity, and arithmetic on such exponents takes far too long. */
    private static Optional<BigDecimal> inDoubleRange(String text) {
        try {
            return Optional.of(new BigDecimal(text))
                    .filter(exact -> Math.abs((long) exact.scale()) <= MAX_SCALE)
                    .filter(exact -> Double.isFinite(exact.doubleValue()));
        } catch (NumberFormatException e) {
            return Optional.empty(); // the exponent has more than ten digits
        }
    }

    /** Reads a file of limited size. */
    static byte[] bytes(Path file, long maxBytes) throws InvalidJsonException, IOException {
        try (InputStream input = Files.newInputStream(file)) {
            byte[] bytes = input.readNBytes((int) Math.min(maxBytes + 1, Integer.MAX_VALUE - 8));
            if (bytes.length > maxBytes) {
                throw new InvalidJsonException("it is larger than %d bytes".formatted(maxBytes));
            }
            return bytes;
        }
    }

    /**
     * Parses a text in UTF-8.
     *
     * @param bytes one JSON value; may begin with a byte order mark
     * @return its tree
     * @throws InvalidJsonException if it is not JSON
     * @throws IOException never, since nothing is read
     */
    public static JsonElement parse(byte[] bytes) throws InvalidJsonException, IOException {
        return parse(FACTORY, bytes);
    }

    private static JsonElement parse(JsonFactory factory, byte[] bytes) throws InvalidJsonException, IOException {
        if (bytes.length > 1 && (bytes[0] == -1 && bytes[1] == -2 || bytes[0] == -2 && bytes[1] == -1)) {
            throw new InvalidJsonException("it is in UTF-16; allowed: UTF-8");
        }
        try (Reader text = reader(new ByteArrayInputStream(bytes));
                JsonParser parser = factory.createParser(ObjectReadContext.empty(), text)) {
            return document(parser);
        } catch (CharacterCodingException e) {
            throw new InvalidJsonException("it is not in UTF-8", e);
        } catch (JacksonException e) {
            throw invalid(e);
        }
    }

    private static InvalidJsonException invalid(JacksonException e) {
        if (e.getCause() instanceof CharacterCodingException) {
            return new InvalidJsonException("it is not in UTF-8", e);
        }
        TokenStreamLocation location = e.getLocation();
        String problem = inPlainWords(e.getOriginalMessage());
        return new InvalidJsonException(problem + (location == null ? "" : at(location)), e);
    }

    /** Removes the parser's internal details from a message, such as its types and the source of an open bracket. */
    private static String inPlainWords(String problem) {
        Matcher control = CONTROL_IN_STRING.matcher(problem);
        if (control.lookingAt()) {
            int code = Integer.parseInt(control.group(1));
            return code == '\n' || code == '\r'
                    ? "a string is not closed"
                    : "a string contains the control character with code %d; write it as \\u%04x".formatted(code, code);
        }
        return problem.replaceFirst(" \\(start marker at \\[.*\\]\\)", "")
                .replaceFirst(", from `[^`]*`", "")
                .replaceFirst("^Unrecognized token ('.*'): was expecting .*", "$1 is not a value; allowed: " + VALUES)
                .replaceFirst("^Unexpected character \\((.+) \\(code [^)]*\\)\\)", "unexpected character $1")
                .replaceFirst("\\(\\(CTRL-CHAR, code (\\d+)\\)\\)", "with control code $1")
                .replaceFirst("^Unexpected end-of-input.* closing quote for .*", "a string is not closed")
                .replaceFirst("^Unexpected end-of-input.*", "it ends too early")
                .replaceFirst("^Non-standard token ('.*'): enable .*", "$1 is not a value; allowed: " + VALUES)
                .replaceFirst("was expecting", "expected");
    }

    private static JsonFactoryBuilder factory() {
        return JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .maxStringLength(MAX_STRING)
                        .maxTokenCount(MAX_TOKENS)
                        .build())
                // Otherwise the factory would keep thousands of names from untrusted documents.
                .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION);
    }

    private static String at(TokenStreamLocation location) {
        return " (line %d, column %d)".formatted(location.getLineNr(), location.getColumnNr());
    }
}
