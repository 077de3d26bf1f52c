package sg.aiverify.worker.testkit.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.utils.SeekableInMemoryByteChannel;

/** The entries of an uploaded zip. */
final class ResultZip {
    private static final String RESULTS = "results.json";

    private final Map<String, byte[]> entries;

    private ResultZip(Map<String, byte[]> entries) {
        this.entries = entries;
    }

    static ResultZip read(byte[] zip) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (ZipFile file = ZipFile.builder()
                .setSeekableByteChannel(new SeekableInMemoryByteChannel(zip))
                .get()) {
            for (ZipArchiveEntry entry : Collections.list(file.getEntries())) {
                try (InputStream content = file.getInputStream(entry)) {
                    entries.put(entry.getName(), content.readAllBytes());
                }
            }
        }
        return new ResultZip(entries);
    }

    /**
     * Returns the results file in the root. Without one, returns all files in the root's folders that end with its
     * name.
     */
    List<String> resultNames() {
        return entries.containsKey(RESULTS)
                ? List.of(RESULTS)
                : entries.keySet().stream()
                        .filter(name -> name.endsWith(RESULTS) && depth(name) == 2)
                        .toList();
    }

    byte[] content(String name) {
        return entries.getOrDefault(name, new byte[0]);
    }

    /** Returns the other files in the folder of a results file, by their names relative to that folder. */
    Map<String, byte[]> siblings(String resultName) {
        String folder = depth(resultName) == 1 ? "" : resultName.substring(0, resultName.indexOf('/') + 1);
        Map<String, byte[]> files = new LinkedHashMap<>();
        entries.forEach((name, content) -> {
            if (name.startsWith(folder) && !name.equals(resultName) && !name.equals(folder)) {
                files.put(name.substring(folder.length()), content);
            }
        });
        return files;
    }

    private static long depth(String name) {
        return Arrays.stream(name.split("/"))
                .filter(part -> !part.isEmpty() && !part.equals("."))
                .count();
    }
}
