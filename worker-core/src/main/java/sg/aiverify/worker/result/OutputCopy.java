package sg.aiverify.worker.result;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.handover.RunFile;
import sg.aiverify.worker.json.StrictJson;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;

/** Copies JSON into a result token by token, so that foreign text cannot break out of its place. */
final class OutputCopy {
    private static final long MAX_BYTES = 256L * 1024 * 1024;
    /** A text is in memory as a whole, several times; what is larger is an artifact's affair. */
    private static final int MAX_TEXT = 16 * 1024 * 1024;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(StrictJson.MAX_DEPTH)
                    .maxStringLength(MAX_TEXT)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    private OutputCopy() {}

    /**
     * Refuses an output file that is none, before anything reads it.
     *
     * @throws TaskFailedException if it is missing, no regular file or too large
     */
    static void checkFile(Path output) throws IOException {
        open(output).close();
    }

    private static RunFile open(Path output) throws IOException {
        RunFile file = RunFile.open(output.getParent(), output.getFileName().toString())
                .orElseThrow(() -> new TaskFailedException("The algorithm gave no output"));
        if (file.size() > MAX_BYTES) {
            file.close();
            throw new TaskFailedException(
                    "The algorithm's output has %d bytes, allowed are %d".formatted(file.size(), MAX_BYTES));
        }
        return file;
    }

    /**
     * Copies a file with one object, numbers to the letter, {@code NaN} and infinities as Python writes them.
     *
     * @throws TaskFailedException if the file holds anything else
     */
    static void copyObject(Path output, JsonGenerator target) throws IOException {
        try (RunFile file = open(output);
                JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), file.content())) {
            int depth = 0;
            JsonToken token = next(parser);
            if (token != JsonToken.START_OBJECT) {
                throw new TaskFailedException("The algorithm's output must be a JSON object");
            }
            while (token != null) {
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                copy(parser, token, target);
                token = next(parser);
                if (depth == 0 && token != null) {
                    throw new TaskFailedException("The algorithm's output must be one JSON object, but more follows");
                }
            }
        }
    }

    /** Writes a tree. */
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

    private static TaskFailedException invalid(JacksonException e) {
        if (e instanceof StreamConstraintsException) {
            return new TaskFailedException("The algorithm's output goes beyond a limit: " + e.getOriginalMessage(), e);
        }
        return new TaskFailedException(
                "The algorithm's output is not valid JSON: %s (at byte %d)"
                        .formatted(e.getOriginalMessage(), e.getLocation().getByteOffset()),
                e);
    }

    /** Keeps what the parser throws apart from what the generator throws: the former is the algorithm's fault. */
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

    /** The rest of a long text is read only when it is asked for, so errors in it come late. */
    private static String text(JsonParser parser) {
        try {
            return parser.getString();
        } catch (JacksonException e) {
            throw invalid(e);
        }
    }
}
