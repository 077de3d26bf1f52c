package sg.aiverify.worker.testkit.gateway;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;

/** Reads an algorithm's folder in the documented layout: the files are in the root, or in a folder in the root. */
final class AlgorithmReader {
    private AlgorithmReader() {}

    static StoredAlgorithm read(Path folder) throws IOException {
        JsonObject meta = json(folder, "algo.meta.json").getAsJsonObject();
        byte[] zip = FolderZip.of(folder);
        RegisteredAlgorithm name =
                new RegisteredAlgorithm(id(meta, "gid", folder), id(meta, "cid", folder), DigestUtils.sha256Hex(zip));
        find(folder, "algo.py");
        return new StoredAlgorithm(name, zip, json(folder, "input.schema.json"), json(folder, "output.schema.json"));
    }

    private static String id(JsonObject meta, String field, Path folder) {
        JsonElement value = meta.get(field);
        if (value == null
                || !PythonJson.isString(value)
                || !ResultForm.PLUGIN_ID.matcher(value.getAsString()).matches()) {
            throw new IllegalArgumentException(
                    field + " in algo.meta.json of " + folder + " must match " + ResultForm.PLUGIN_ID);
        }
        return value.getAsString();
    }

    private static JsonElement json(Path folder, String file) throws IOException {
        Path path = find(folder, file);
        try {
            return PythonJson.read(Files.readAllBytes(path));
        } catch (PythonJson.Malformed malformed) {
            throw new IllegalArgumentException(path + " is not JSON: " + malformed.getMessage(), malformed);
        }
    }

    private static Path find(Path folder, String file) throws IOException {
        if (Files.isRegularFile(folder.resolve(file))) {
            return folder.resolve(file);
        }
        try (Stream<Path> children = Files.list(folder)) {
            List<Path> sorted = children.sorted().toList();
            Optional<Path> found = sorted.stream()
                    .map(child -> child.resolve(file))
                    .filter(Files::isRegularFile)
                    .findFirst();
            return found.orElseThrow(() -> new IllegalArgumentException("no " + file + " in " + folder));
        }
    }
}
