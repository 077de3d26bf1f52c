package sg.aiverify.worker.testkit.contract;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import sg.aiverify.worker.stage.ResultArchive;

/**
 * The contents of a result's zip, as the gateway would receive them.
 *
 * @param text the text of {@code results.json}
 * @param artifacts the sizes of the other entries, by name
 */
record Delivered(String text, Map<String, Long> artifacts) {
    private static final String RESULT = "results.json";

    static Delivered of(ResultArchive archive) {
        try (ZipFile zip = new ZipFile(archive.file().toFile())) {
            String text = new String(zip.getInputStream(zip.getEntry(RESULT)).readAllBytes(), StandardCharsets.UTF_8);
            Map<String, Long> artifacts = new TreeMap<>();
            zip.stream()
                    .filter(entry -> !entry.getName().equals(RESULT))
                    .forEach((ZipEntry entry) -> artifacts.put(entry.getName(), entry.getSize()));
            return new Delivered(text, artifacts);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    JsonObject result() {
        return JsonParser.parseString(text).getAsJsonObject();
    }

    JsonObject output() {
        return result().getAsJsonObject("output");
    }
}
