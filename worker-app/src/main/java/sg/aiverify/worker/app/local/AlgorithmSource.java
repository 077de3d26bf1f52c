package sg.aiverify.worker.app.local;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import sg.aiverify.worker.failure.TaskFailedException;

/**
 * An algorithm on this machine, and what it calls itself.
 *
 * @param path its folder or zip, absolute
 * @param gid its plug-in
 * @param cid its id within the plug-in
 */
public record AlgorithmSource(Path path, String gid, String cid) {
    private static final String META = "algo.meta.json";

    /**
     * Looks into an algorithm.
     *
     * @param path its folder or zip
     * @return the algorithm
     * @throws TaskFailedException if it is no algorithm
     */
    public static AlgorithmSource at(Path path) {
        try {
            String meta = (Files.isDirectory(path) ? metaOfFolder(path) : metaOfZip(path))
                    .orElseThrow(() -> new TaskFailedException(
                            path + " is no algorithm: it has no " + META + " at its root or one folder below"));
            JsonElement tree = JsonParser.parseString(meta);
            if (!tree.isJsonObject()) {
                throw new TaskFailedException(META + " of " + path + " is no JSON object");
            }
            if (Files.isDirectory(path)) {
                AlgorithmFolder.check(path);
            }
            return new AlgorithmSource(
                    path.toAbsolutePath(),
                    text(tree.getAsJsonObject(), "gid", path),
                    text(tree.getAsJsonObject(), "cid", path));
        } catch (IOException e) {
            throw new TaskFailedException(path + " cannot be read as an algorithm: " + e.getMessage(), e);
        } catch (JsonParseException e) {
            throw new TaskFailedException(META + " of " + path + " is no JSON: " + e.getMessage(), e);
        }
    }

    static boolean isZip(Path path) {
        return Files.isRegularFile(path)
                && String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT).endsWith(".zip");
    }

    private static Optional<String> metaOfFolder(Path folder) throws IOException {
        if (Files.isRegularFile(folder.resolve(META))) {
            return Optional.of(Files.readString(folder.resolve(META)));
        }
        try (DirectoryStream<Path> children = Files.newDirectoryStream(folder, Files::isDirectory)) {
            for (Path child : children) {
                if (Files.isRegularFile(child.resolve(META))) {
                    return Optional.of(Files.readString(child.resolve(META)));
                }
            }
        }
        return Optional.empty();
    }

    // Only a look; what is run is unpacked by the cache, with all its checks.
    private static Optional<String> metaOfZip(Path zip) throws IOException {
        try (ZipFile file = new ZipFile(zip.toFile())) {
            Enumeration<? extends ZipEntry> entries = file.entries();
            while (entries.hasMoreElements()) {
                ZipEntry entry = entries.nextElement();
                if (entry.getName().matches("([^/]+/)?" + META)) {
                    return Optional.of(
                            new String(file.getInputStream(entry).readNBytes(1 << 20), StandardCharsets.UTF_8));
                }
            }
        }
        return Optional.empty();
    }

    private static String text(JsonObject meta, String name, Path path) {
        JsonElement value = meta.get(name);
        if (value == null || !value.isJsonPrimitive() || value.getAsString().isBlank()) {
            throw new TaskFailedException(META + " of " + path + " has no " + name);
        }
        return value.getAsString();
    }
}
