package sg.aiverify.worker.result.internal;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.files.RunFile;
import sg.aiverify.worker.json.internal.StrictJson;
import sg.aiverify.worker.run.Cancellation;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;

/** Copies JSON into a result token by token, so that untrusted text cannot change the structure around it. */
final class OutputCopy {
    private static final long MAX_BYTES = 256L * 1024 * 1024;
    /** The maximum length of a string, since several copies of it are in memory. Larger data belongs in an artifact. */
    private static final int MAX_TEXT = 16 * 1024 * 1024;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(StrictJson.MAX_DEPTH)
                    .maxStringLength(MAX_TEXT)
                    .build())
            // Otherwise the factory would keep any number of names.
            .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    private static final int TOKENS_PER_CHECK = 4096;

    private OutputCopy() {}

    /**
     * Checks an output file before it is read.
     *
     * @throws TaskFailedException if it is missing, not a regular file, or too large
     */
    static void checkFile(Path output) throws IOException {
        open(output).close();
    }

    private static RunFile open(Path output) throws IOException {
        RunFile file = RunFile.open(output.getParent(), output.getFileName().toString())
                .orElseThrow(() -> new TaskFailedException("The algorithm returned no output"));
        if (file.size() > MAX_BYTES) {
            file.close();
            throw new TaskFailedException(
                    "The algorithm's output has %d bytes, at most %d are allowed".formatted(file.size(), MAX_BYTES));
        }
        return file;
    }

    /**
     * Copies a file with one object. Keeps all digits of numbers, and {@code NaN} and infinities as Python writes them.
     *
     * @param cancellation stops the copy
     * @throws TaskFailedException if the file contains anything else
     */
    static void copyObject(Path output, JsonGenerator target, Cancellation cancellation) throws IOException {
        try (RunFile file = open(output);
                Reader text = StrictJson.reader(file.content());
                JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            OpenNames names = new OpenNames();
            JsonToken token = next(parser);
            if (token != JsonToken.START_OBJECT) {
                throw new TaskFailedException("The algorithm's output must be a JSON object");
            }
            for (long count = 0; token != null; count++) {
                if (count % TOKENS_PER_CHECK == 0) {
                    cancellation.throwIfCancelled();
                }
                names.accept(token, parser);
                copy(parser, token, target);
                token = next(parser);
                if (names.isClosed() && token != null) {
                    throw new TaskFailedException(
                            "The algorithm's output must be one JSON object without further text");
                }
            }
        } catch (CharacterCodingException e) {
            throw new TaskFailedException("The algorithm's output is not valid JSON: it is not in UTF-8", e);
        }
    }

    /** Writes a JSON tree. */
    static void write(JsonElement value, JsonGenerator target) {
        if (value.isJsonObject()) {
            target.writeStartObject();
            for (Map.Entry<String, JsonElement> member : value.getAsJsonObject().entrySet()) {
                target.writeName(member.getKey());
                write(member.getValue(), target);
            }
            target.writeEndObject();
        } else if (value.isJsonArray()) {
            target.writeStartArray();
            value.getAsJsonArray().forEach(member -> write(member, target));
            target.writeEndArray();
        } else if (value instanceof JsonPrimitive primitive) {
            if (primitive.isString()) {
                target.writeString(primitive.getAsString());
            } else if (primitive.isNumber()) {
                target.writeNumber(primitive.getAsString());
            } else {
                target.writeBoolean(primitive.getAsBoolean());
            }
        } else {
            target.writeNull();
        }
    }

    /** Converts an exception of the parser. A file that cannot be read is not the algorithm's fault. */
    private static RuntimeException invalid(JacksonException e) {
        if (e instanceof StreamConstraintsException) {
            return new TaskFailedException("The algorithm's output exceeds a limit: " + e.getOriginalMessage(), e);
        }
        if (e instanceof JacksonIOException && !(e.getCause() instanceof CharacterCodingException)) {
            return e;
        }
        return new TaskFailedException(
                "The algorithm's output is not valid JSON: %s (at character %d)"
                        .formatted(
                                e instanceof JacksonIOException ? "it is not in UTF-8" : e.getOriginalMessage(),
                                e.getLocation() == null ? 0 : e.getLocation().getCharOffset()),
                e);
    }

    /** Returns the next token. Converts only the parser's exceptions; the generator's are not the algorithm's fault. */
    private static @Nullable JsonToken next(JsonParser parser) {
        try {
            return parser.nextToken();
        } catch (JacksonException e) {
            throw invalid(e);
        }
    }

    private static void copy(JsonParser parser, JsonToken token, JsonGenerator target) {
        switch (token) {
            case START_OBJECT -> target.writeStartObject();
            case END_OBJECT -> target.writeEndObject();
            case START_ARRAY -> target.writeStartArray();
            case END_ARRAY -> target.writeEndArray();
            case PROPERTY_NAME -> target.writeName(parser.currentName());
            case VALUE_STRING -> target.writeString(text(parser));
            case VALUE_NUMBER_INT -> target.writeNumber(text(parser));
            case VALUE_NUMBER_FLOAT -> {
                if (parser.isNaN()) {
                    target.writeNumber(parser.getDoubleValue());
                } else {
                    target.writeNumber(text(parser));
                }
            }
            case VALUE_TRUE -> target.writeBoolean(true);
            case VALUE_FALSE -> target.writeBoolean(false);
            default -> target.writeNull();
        }
    }

    /** Returns the current string. The parser reads the rest of a long string only now, so this call may fail. */
    private static String text(JsonParser parser) {
        try {
            return parser.getString();
        } catch (JacksonException e) {
            throw invalid(e);
        }
    }
}
