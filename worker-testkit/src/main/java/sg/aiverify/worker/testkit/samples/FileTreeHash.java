package sg.aiverify.worker.testkit.samples;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import org.apiguardian.api.API;

/** Computes hashes that show whether files have changed. */
@API(status = EXPERIMENTAL, since = "1.0")
public final class FileTreeHash {
    private FileTreeHash() {}

    /**
     * Returns the hash of a file, or of a folder with all names and contents in it.
     *
     * @param root an existing file or folder
     * @return the SHA-256, in lower-case hex
     * @throws UncheckedIOException if it cannot be read
     */
    public static String of(Path root) {
        try (Stream<Path> walk = Files.walk(root)) {
            List<Path> paths = walk.sorted().toList();
            MessageDigest digest = DigestUtils.getSha256Digest();
            for (Path path : paths) {
                byte[] content = Files.isRegularFile(path) ? Files.readAllBytes(path) : new byte[0];
                String head = root.relativize(path) + "\n" + content.length + "\n";
                digest.update(head.getBytes(StandardCharsets.UTF_8));
                digest.update(content);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
