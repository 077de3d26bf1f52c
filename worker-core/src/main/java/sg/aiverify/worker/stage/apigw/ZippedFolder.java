package sg.aiverify.worker.stage.apigw;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Guesses whether a download is a zipped folder, or a file whose format is based on zip. Used if the gateway did not
 * report the type.
 */
final class ZippedFolder {
    /** The extensions of file formats that are based on zip. */
    private static final Set<String> ZIP_FORMATS = Set.of(
            "zip", "keras", "pt", "pth", "pt2", "ptl", "ckpt", "npz", "xlsx", "xlsm", "ods", "docx", "jar", "whl",
            "mar", "skops");

    private static final List<byte[]> ZIP_STARTS = List.of(new byte[] {'P', 'K', 3, 4}, new byte[] {'P', 'K', 5, 6});

    private ZippedFolder() {}

    static boolean isLikely(String name, Path download) throws IOException {
        String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        if (name.contains(".") && ZIP_FORMATS.contains(extension)) {
            return false;
        }
        try (InputStream in = Files.newInputStream(download)) {
            byte[] start = in.readNBytes(4);
            return ZIP_STARTS.stream().anyMatch(zip -> Arrays.equals(zip, start));
        }
    }
}
