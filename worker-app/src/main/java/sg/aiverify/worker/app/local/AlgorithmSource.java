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
 * An algorithm on this machine, and what it calls itself.
 *
 * @param path its project's folder, or the zip; absolute
 * @param gid its plug-in
 * @param cid its id within the plug-in
 * @param modelTypes the types of models that it says it is for, as it writes them; empty if it does not say
 */
public record AlgorithmSource(Path path, String gid, String cid, List<String> modelTypes) {
    private static final String META = "algo.meta.json";
    private static final int MAX_META_BYTES = 1024 * 1024;

    public AlgorithmSource {
        modelTypes = List.copyOf(modelTypes);
    }

    /**
     * Looks into an algorithm.
     *
     * @param given its folder, one around it or the package in it, or a zip
     * @param settings hold the limits of zips
     * @return the algorithm; of a zip, what is in it beside its metadata is looked at when it is unpacked
     * @throws TaskFailedException if it is no algorithm
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
                throw new TaskFailedException(shown + ": its " + META + " is no JSON object");
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
            throw new TaskFailedException(shown + ": its " + META + " is no JSON: " + e.getMessage(), e);
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

    // Only a look; what is run is unpacked by the cache.
    private static JsonElement metaOfZip(Path zip, String shown, Settings settings)
            throws IOException, InvalidJsonException {
        ArchiveExtractor extractor = ArchiveExtractor.of(settings);
        List<String> files = extractor.files(zip, "the algorithm");
        String meta = files.stream()
                .filter(file -> file.equals(META) || file.endsWith("/" + META))
                .filter(file -> depth(file) <= AlgorithmProject.MAX_ABOVE + 1)
                .min(Comparator.comparingLong(AlgorithmSource::depth))
                .orElseThrow(() -> new TaskFailedException(shown + " is no algorithm: no " + META
                        + " is in a package of its root or of a folder up to " + AlgorithmProject.MAX_ABOVE
                        + " levels below. " + AlgorithmProject.EXPECTED));
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
