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

/** Reads a worker's result archive as a stream, since the output in it may be larger than the memory. */
final class ResultFile {
    private static final String RESULTS = "results.json";
    private static final String OUTPUT = "output";
    /** The fields that every result has. Hardly any other file has all of them. */
    private static final Set<String> FIELDS =
            Set.of("testRunId", "gid", "cid", "startTime", "timeTaken", "testArguments", OUTPUT, "artifacts");

    private ResultFile() {}

    /** Checks by its content whether a file is the result archive of a run. */
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

    /** Returns the key figures of a result's output, or no figures if the file cannot be read. */
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

    private interface Extraction<T> {
        T from(JsonReader json) throws IOException;
    }

    private static <T> Optional<T> read(Path file, Extraction<T> extraction) {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            ZipEntry entry = zip.getEntry(RESULTS);
            if (entry == null) {
                return Optional.empty();
            }
            try (Reader text = new InputStreamReader(zip.getInputStream(entry), StandardCharsets.UTF_8);
                    JsonReader json = new JsonReader(text)) {
                return Optional.of(extraction.from(json));
            }
        } catch (IOException | IllegalStateException | NumberFormatException e) {
            return Optional.empty(); // not a zip, or not the JSON of a result
        }
    }
}
