package sg.aiverify.worker.gateway.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.hc.core5.http.HttpEntity;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.files.internal.DiskFailure;

/** Writes the body of a response to a file and calculates its hash. */
final class FileDownload {
    private static final int BUFFER_BYTES = 128 * 1024;

    private FileDownload() {}

    /**
     * Writes a body to a file. Replaces the content that an earlier attempt wrote.
     *
     * @return the SHA-256 of the body in lower-case hex
     * @throws IOException if the connection fails
     * @throws sg.aiverify.worker.failure.InfrastructureException if the disk fails
     */
    static String write(@Nullable HttpEntity entity, Path target) throws IOException {
        MessageDigest digest = DigestUtils.getSha256Digest();
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = entity == null ? InputStream.nullInputStream() : entity.getContent();
                OutputStream out = open(target)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
                write(out, buffer, n, target);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static OutputStream open(Path target) {
        try {
            return Files.newOutputStream(target);
        } catch (IOException e) {
            throw DiskFailure.with("the download " + target, e);
        }
    }

    private static void write(OutputStream out, byte[] buffer, int n, Path target) {
        try {
            out.write(buffer, 0, n);
        } catch (IOException e) {
            throw DiskFailure.with("the download " + target, e);
        }
    }
}
