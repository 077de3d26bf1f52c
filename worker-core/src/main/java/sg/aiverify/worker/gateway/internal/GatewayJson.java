package sg.aiverify.worker.gateway.internal;

import com.google.gson.JsonParseException;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.commons.io.function.IOFunction;
import org.apache.hc.core5.http.HttpEntity;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.gateway.Gateway;
import sg.aiverify.worker.gateway.RunState;
import sg.aiverify.worker.gateway.RunStatus;

/** Reads single values of the gateway's responses, which may be long, without keeping the rest in memory. */
final class GatewayJson {
    private GatewayJson() {}

    /** Reads the state of a run. */
    static RunState state(@Nullable HttpEntity entity) throws IOException {
        return scan(entity, reader -> {
            String status = "";
            int progress = 0;
            reader.beginObject();
            while (reader.hasNext()) {
                switch (reader.nextName()) {
                    case "status" -> status = text(reader);
                    case "progress" -> progress = percent(reader);
                    default -> reader.skipValue();
                }
            }
            return new RunState(status(status), progress);
        });
    }

    private static RunStatus status(String status) throws IOException {
        return switch (status) {
            case "pending" -> RunStatus.PENDING;
            case "success" -> RunStatus.SUCCESS;
            case "error" -> RunStatus.ERROR;
            case "cancelled" -> RunStatus.CANCELLED;
            default ->
                throw new IOException(
                        "the test run's status is '" + status + "'; known: pending, success, error, cancelled");
        };
    }

    /** Returns the type of a file in the list of models or datasets; empty if the list does not contain it. */
    static Optional<Gateway.FileType> fileType(@Nullable HttpEntity entity, String filename) throws IOException {
        return scan(entity, reader -> {
            Optional<Gateway.FileType> found = Optional.empty();
            reader.beginArray();
            while (reader.hasNext()) {
                Optional<Gateway.FileType> row = rowType(reader, filename);
                found = row.isPresent() ? row : found;
            }
            return found;
        });
    }

    private static Optional<Gateway.FileType> rowType(JsonReader reader, String filename) throws IOException {
        String name = "";
        String type = "";
        reader.beginObject();
        while (reader.hasNext()) {
            switch (reader.nextName()) {
                case "filename" -> name = text(reader);
                case "fileType" -> type = text(reader);
                default -> reader.skipValue();
            }
        }
        reader.endObject();
        if (!name.equals(filename)) {
            return Optional.empty();
        }
        return switch (type) {
            case "file" -> Optional.of(Gateway.FileType.FILE);
            case "folder", "pipeline" -> Optional.of(Gateway.FileType.FOLDER);
            default -> Optional.empty();
        };
    }

    private static int percent(JsonReader reader) throws IOException {
        if (reader.peek() == JsonToken.NUMBER) {
            return (int) Math.max(0, Math.min(100, reader.nextDouble()));
        }
        reader.skipValue();
        return 0;
    }

    private static String text(JsonReader reader) throws IOException {
        if (reader.peek() == JsonToken.STRING) {
            return reader.nextString();
        }
        reader.skipValue();
        return "";
    }

    /** Returns the problem with the JSON, without the parser's advice to programmers. */
    private static String problem(Exception e) {
        String reason = Reason.of(e).lines().findFirst().orElse("");
        return reason.replaceFirst("^Use JsonReader\\S* to accept malformed JSON", "it is malformed");
    }

    private static <T> T scan(@Nullable HttpEntity entity, IOFunction<JsonReader, T> scan) throws IOException {
        if (entity == null) {
            throw new IOException("the gateway's response is empty");
        }
        try (InputStream content = entity.getContent();
                JsonReader reader = new JsonReader(new InputStreamReader(content, StandardCharsets.UTF_8))) {
            return scan.apply(reader);
        } catch (IllegalStateException | JsonParseException | MalformedJsonException e) {
            throw new IOException("the gateway's response is not the expected JSON: " + problem(e), e);
        }
    }
}
