package sg.aiverify.worker.pipelines.docker.internal.engine;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.commons.codec.digest.DigestUtils;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.pipelines.docker.internal.settings.DockerSettings;

/**
 * The directory in which the Docker client stores its configuration, credentials and contexts. Its files are read at
 * each use, since a user may log in while a worker runs.
 * https://docs.docker.com/reference/cli/docker/#configuration-files
 *
 * @param directory the directory, which need not exist
 */
public record ClientConfiguration(Path directory) {
    public static ClientConfiguration from(Settings settings) {
        return new ClientConfiguration(settings.find(DockerSettings.CONFIG)
                .map(Path::of)
                .orElseGet(() -> FileNames.home().resolve(".docker")));
    }

    public Path file() {
        return directory.resolve("config.json");
    }

    /** Reads the configuration file; returns an empty object if the file does not exist. */
    public JsonObject read() {
        return read(file()).orElseGet(JsonObject::new);
    }

    Optional<String> currentContext() {
        return text(read(), "currentContext");
    }

    /** Reads the metadata of a context; returns empty if no context has this name. */
    Optional<JsonObject> context(String name) {
        return read(directory
                .resolve("contexts/meta")
                .resolve(DigestUtils.sha256Hex(name))
                .resolve("meta.json"));
    }

    /** Returns the directory of a context's certificates; it may not exist. */
    Path contextCertificates(String name) {
        return directory
                .resolve("contexts/tls")
                .resolve(DigestUtils.sha256Hex(name))
                .resolve("docker");
    }

    /** Returns a string member of an object; empty if it is missing or blank. */
    public static Optional<String> text(JsonObject object, String name) {
        JsonElement value = object.get(name);
        return value == null || !value.isJsonPrimitive() || value.getAsString().isBlank()
                ? Optional.empty()
                : Optional.of(value.getAsString());
    }

    /** Returns an object member of an object; empty if it is missing. */
    public static Optional<JsonObject> object(JsonObject object, String name) {
        return object.get(name) instanceof JsonObject inner ? Optional.of(inner) : Optional.empty();
    }

    private static Optional<JsonObject> read(Path file) {
        try {
            return Optional.of(JsonParser.parseString(Files.readString(file)).getAsJsonObject());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | JsonParseException | IllegalStateException e) {
            throw new ConfigurationException(
                    List.of("The Docker client's file " + file + " cannot be read as JSON: " + Reason.of(e)), e);
        }
    }
}
