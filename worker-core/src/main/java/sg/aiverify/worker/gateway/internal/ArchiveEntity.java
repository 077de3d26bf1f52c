package sg.aiverify.worker.gateway.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.apache.commons.io.function.IORunnable;
import org.apache.hc.core5.http.io.entity.AbstractHttpEntity;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.files.internal.DiskFailure;

/** A zip as the only part of a multipart form. A gate runs before the last bytes, and can throw to stop the upload. */
final class ArchiveEntity extends AbstractHttpEntity {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final Path archive;
    private final IORunnable gate;
    private final byte[] head;
    private final byte[] tail;
    private final long size;
    private volatile boolean whole;

    ArchiveEntity(Path archive, IORunnable gate) {
        this(archive, gate, "aiverify-" + UUID.randomUUID());
    }

    private ArchiveEntity(Path archive, IORunnable gate, String boundary) {
        super("multipart/form-data; boundary=" + boundary, null);
        this.archive = archive;
        this.gate = gate;
        this.head = ("--" + boundary + "\r\n"
                        + "Content-Disposition: form-data; name=\"file\"; filename=\"output.zip\"\r\n"
                        + "Content-Type: application/zip\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        this.tail = ("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.US_ASCII);
        try {
            this.size = Files.size(archive);
        } catch (IOException e) {
            throw DiskFailure.with("the result " + archive, e);
        }
    }

    /** Returns whether the last bytes may have been sent. If so, the gateway may have stored the result. */
    boolean isWhole() {
        return whole;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        out.write(head);
        long written = 0;
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = open()) {
            for (int n = read(in, buffer); n >= 0; n = read(in, buffer)) {
                out.write(buffer, 0, n);
                written += n;
            }
        }
        if (written != size) {
            throw new InfrastructureException("The result " + archive + " changed while it was uploaded");
        }
        out.flush();
        gate.run();
        whole = true;
        out.write(tail);
        out.flush();
    }

    private InputStream open() {
        try {
            return Files.newInputStream(archive);
        } catch (IOException e) {
            throw DiskFailure.with("the result " + archive, e);
        }
    }

    private int read(InputStream in, byte[] buffer) {
        try {
            return in.read(buffer);
        } catch (IOException e) {
            throw DiskFailure.with("the result " + archive, e);
        }
    }

    @Override
    public long getContentLength() {
        return head.length + size + tail.length;
    }

    @Override
    public boolean isRepeatable() {
        return false;
    }

    @Override
    public boolean isStreaming() {
        return true;
    }

    @Override
    public InputStream getContent() {
        throw new UnsupportedOperationException("This body can only be written");
    }

    @Override
    public void close() {
        // No file stays open between calls.
    }
}
