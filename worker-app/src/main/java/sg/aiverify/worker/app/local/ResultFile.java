package sg.aiverify.worker.app.local;

import com.google.gson.stream.JsonReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** A result archive as a worker packs it. It is read as a stream, since an output may be larger than the memory. */
final class ResultFile {
    private static final String RESULTS = "results.json";
    private static final String OUTPUT = "output";
    /** What every result holds, and hardly anything else does. */
    private static final Set<String> FIELDS =
            Set.of("testRunId", "gid", "cid", "startTime", "timeTaken", "testArguments", OUTPUT, "artifacts");

    private ResultFile() {}

    /** Tells by its content whether a file is the result archive of a run. */
    static boolean isResult(Path file) {
        return read(file, json -> {
                    Set<String> names = new HashSet<>();
                    json.beginObject();
                    while (json.hasNext()) {
                        names.add(json.nextName());
                        json.skipValue();
                    }
                    json.endObject();
                    return names.containsAll(FIELDS);
                })
                .orElse(false);
    }

    /** Picks what is most telling of a result's output; nothing if it cannot be read. */
    static KeyFigures keyFigures(Path file) {
        return read(file, json -> {
                    json.beginObject();
                    while (json.hasNext()) {
                        if (json.nextName().equals(OUTPUT)) {
                            return KeyFigures.of(json);
                        }
                        json.skipValue();
                    }
                    return KeyFigures.NONE;
                })
                .orElse(KeyFigures.NONE);
    }

    private interface Look<T> {
        T at(JsonReader json) throws IOException;
    }

    private static <T> Optional<T> read(Path file, Look<T> look) {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            ZipEntry entry = zip.getEntry(RESULTS);
            if (entry == null) {
                return Optional.empty();
            }
            try (Reader text = new InputStreamReader(zip.getInputStream(entry), StandardCharsets.UTF_8);
                    JsonReader json = new JsonReader(text)) {
                return Optional.of(look.at(json));
            }
        } catch (IOException | IllegalStateException | NumberFormatException e) {
            return Optional.empty(); // no zip, or no JSON of that shape
        }
    }
}
