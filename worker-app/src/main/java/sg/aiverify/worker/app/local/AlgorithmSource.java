package sg.aiverify.worker.app.local;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import sg.aiverify.worker.cache.ArchiveExtractor;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.json.InvalidJsonException;
import sg.aiverify.worker.json.StrictJson;

/**
 * An algorithm on this machine, and what it calls itself.
 *
 * @param path its folder or zip, absolute
 * @param gid its plug-in
 * @param cid its id within the plug-in
 */
public record AlgorithmSource(Path path, String gid, String cid) {
    private static final String META = "algo.meta.json";
    private static final int MAX_META_BYTES = 1024 * 1024;

    /**
     * Looks into an algorithm.
     *
     * @param path its folder or zip
     * @param settings hold the limits of zips
     * @return the algorithm
     * @throws TaskFailedException if it is no algorithm
     */
    public static AlgorithmSource at(Path path, Settings settings) {
        try {
            JsonElement tree = (Files.isDirectory(path) ? metaOfFolder(path) : metaOfZip(path, settings))
                    .orElseThrow(() -> new TaskFailedException(FileNames.shown(path) + " is no algorithm: it has no "
                            + META + " at its root or one folder below"));
            if (!tree.isJsonObject()) {
                throw new TaskFailedException(META + " of " + FileNames.shown(path) + " is no JSON object");
            }
            if (Files.isDirectory(path)) {
                AlgorithmFolder.check(path);
            }
            return new AlgorithmSource(
                    FileNames.absolute(path),
                    text(tree.getAsJsonObject(), "gid", path),
                    text(tree.getAsJsonObject(), "cid", path));
        } catch (IOException e) {
            throw new TaskFailedException(
                    FileNames.shown(path) + " cannot be read as an algorithm: " + Reason.of(e), e);
        } catch (InvalidJsonException e) {
            throw new TaskFailedException(META + " of " + FileNames.shown(path) + " is no JSON: " + e.getMessage(), e);
        }
    }

    static boolean isZip(Path path) {
        return Files.isRegularFile(path)
                && String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT).endsWith(".zip");
    }

    private static Optional<JsonElement> metaOfFolder(Path folder) throws IOException, InvalidJsonException {
        if (Files.isRegularFile(folder.resolve(META))) {
            return Optional.of(StrictJson.parse(folder.resolve(META), MAX_META_BYTES));
        }
        try (DirectoryStream<Path> children = Files.newDirectoryStream(folder, Files::isDirectory)) {
            for (Path child : children) {
                if (Files.isRegularFile(child.resolve(META))) {
                    return Optional.of(StrictJson.parse(child.resolve(META), MAX_META_BYTES));
                }
            }
        }
        return Optional.empty();
    }

    // Only a look; what is run is unpacked by the cache.
    private static Optional<JsonElement> metaOfZip(Path zip, Settings settings)
            throws IOException, InvalidJsonException {
        Optional<byte[]> found = ArchiveExtractor.of(settings)
                .find(zip, name -> name.matches("([^/]+/)?" + META), MAX_META_BYTES, FileNames.shown(zip));
        return found.isEmpty() ? Optional.empty() : Optional.of(StrictJson.parse(found.get()));
    }

    private static String text(JsonObject meta, String name, Path path) {
        JsonElement value = meta.get(name);
        if (value == null || !value.isJsonPrimitive() || value.getAsString().isBlank()) {
            throw new TaskFailedException(META + " of " + FileNames.shown(path) + " has no " + name);
        }
        return value.getAsString();
    }
}
