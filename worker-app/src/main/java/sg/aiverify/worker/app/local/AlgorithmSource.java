package sg.aiverify.worker.app.local;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import sg.aiverify.worker.algorithm.AlgorithmLayout;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.files.ArchiveExtractor;
import sg.aiverify.worker.json.internal.InvalidJsonException;
import sg.aiverify.worker.json.internal.StrictJson;

/**
 * An algorithm on this machine, with the ids from its metadata.
 *
 * @param path the absolute path of its project folder, or of the zip
 * @param gid the id of its plug-in
 * @param cid its id within the plug-in
 * @param modelTypes the model types that its metadata lists, unchanged; empty if the metadata has no list
 */
public record AlgorithmSource(Path path, String gid, String cid, List<String> modelTypes) {
    private static final String META = "algo.meta.json";
    private static final int MAX_META_BYTES = 1024 * 1024;

    public AlgorithmSource {
        modelTypes = List.copyOf(modelTypes);
    }

    /**
     * Reads the metadata of an algorithm.
     *
     * @param given its project folder, a parent folder, its package, or a zip
     * @param settings the settings with the limits of zips
     * @return the algorithm; the rest of a zip's content is checked when the zip is unpacked
     * @throws TaskFailedException if the path does not contain an algorithm
     */
    public static AlgorithmSource at(Path given, Settings settings) {
        String shown = "--algorithm: " + FileNames.shown(given);
        Path path = FileNames.absolute(given).normalize();
        try {
            if (Files.isDirectory(path)) {
                Path project = AlgorithmProject.find(path, shown);
                CopyableFolder.check(project);
                return of(project, meta(project), shown);
            }
            if (!isZip(path)) {
                throw new TaskFailedException(shown + " is neither a folder nor a .zip. " + AlgorithmProject.EXPECTED);
            }
            JsonElement meta = metaOfZip(path, shown, settings);
            if (!meta.isJsonObject()) {
                throw new TaskFailedException(shown + ": its " + META + " is not a JSON object");
            }
            return of(path, meta.getAsJsonObject(), shown);
        } catch (IOException e) {
            throw new TaskFailedException(shown + " cannot be read as an algorithm: " + Reason.of(e), e);
        } catch (TaskFailedException e) {
            String message = String.valueOf(e.getMessage());
            throw message.startsWith("--algorithm")
                    ? e
                    : new TaskFailedException(shown + ": " + message.replaceFirst("^The ", "the "), e);
        } catch (InvalidJsonException e) {
            throw new TaskFailedException(shown + ": its " + META + " is not valid JSON: " + e.getMessage(), e);
        }
    }

    private static JsonObject meta(Path project) {
        try {
            return AlgorithmLayout.read(project, "").meta();
        } catch (TaskFailedException e) {
            throw new TaskFailedException(OptionWords.in(String.valueOf(e.getMessage())), e);
        }
    }

    static boolean isZip(Path path) {
        return Files.isRegularFile(path)
                && String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT).endsWith(".zip");
    }

    // Reads only the metadata from the zip. The cache unpacks the zip when the run starts.
    private static JsonElement metaOfZip(Path zip, String shown, Settings settings)
            throws IOException, InvalidJsonException {
        ArchiveExtractor extractor = ArchiveExtractor.of(settings);
        List<String> files = extractor.files(zip, "the algorithm");
        String meta = files.stream()
                .filter(file -> file.equals(META) || file.endsWith("/" + META))
                .filter(file -> depth(file) <= AlgorithmProject.MAX_ABOVE + 1)
                .min(Comparator.comparingLong(AlgorithmSource::depth))
                .orElseThrow(() -> new TaskFailedException(shown + " is not an algorithm: no package in its root or in"
                        + " a folder up to " + AlgorithmProject.MAX_ABOVE + " levels below contains " + META + ". "
                        + AlgorithmProject.EXPECTED));
        AlgorithmProject.checkZipped(files, shown);
        return StrictJson.parse(extractor
                .find(zip, meta::equals, MAX_META_BYTES, "the algorithm")
                .orElseThrow());
    }

    private static long depth(String file) {
        return file.chars().filter(c -> c == '/').count();
    }

    private static AlgorithmSource of(Path path, JsonObject meta, String shown) {
        return new AlgorithmSource(path, text(meta, "gid", shown), text(meta, "cid", shown), modelTypes(meta));
    }

    private static List<String> modelTypes(JsonObject meta) {
        JsonElement types = meta.get("modelType");
        return types == null || !types.isJsonArray()
                ? List.of()
                : types.getAsJsonArray().asList().stream()
                        .filter(JsonElement::isJsonPrimitive)
                        .map(JsonElement::getAsString)
                        .toList();
    }

    private static String text(JsonObject meta, String name, String shown) {
        JsonElement value = meta.get(name);
        if (value == null || !value.isJsonPrimitive() || value.getAsString().isBlank()) {
            throw new TaskFailedException(shown + ": its " + META + " has no " + name);
        }
        return value.getAsString();
    }
}
