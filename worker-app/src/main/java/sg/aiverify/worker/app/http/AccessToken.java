package sg.aiverify.worker.app.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.app.settings.AppSettings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.Reason;

/**
 * The token that a client must show. Its file is read again when it has changed, so that the token can be renewed while
 * the worker runs. Never logged. Thread-safe.
 */
final class AccessToken {
    private static final Logger log = LogManager.getLogger(AccessToken.class);
    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]+");
    private static final String SCHEME = "Bearer ";
    private static final int MAX_BYTES = 64 * 1024;

    private final Path file;
    private Stamp stamp;
    private byte[] token;
    private boolean warned;

    private record Stamp(long size, long modified, @Nullable Object key) {
        static Stamp of(Path file) throws IOException {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(attributes.size(), attributes.lastModifiedTime().toMillis(), attributes.fileKey());
        }
    }

    AccessToken(Path file) {
        this.file = file;
        try {
            this.stamp = Stamp.of(file);
            this.token = read();
        } catch (IOException e) {
            throw new ConfigurationException(
                    AppSettings.HTTP_TOKEN_FILE.name() + "=" + file + " cannot be read: " + Reason.of(e));
        }
    }

    /** Tells whether a header {@code Authorization} holds the token, in a time that says nothing about it. */
    boolean isIn(Optional<String> authorization) {
        return authorization
                .filter(value -> value.regionMatches(true, 0, SCHEME, 0, SCHEME.length()))
                .map(value -> value.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8))
                .filter(shown -> MessageDigest.isEqual(shown, current()))
                .isPresent();
    }

    private synchronized byte[] current() {
        try {
            Stamp now = Stamp.of(file);
            if (!now.equals(stamp)) {
                token = read();
                stamp = now;
                warned = false;
                log.info("{}={} has changed and was read again", AppSettings.HTTP_TOKEN_FILE, file);
            }
        } catch (IOException | ConfigurationException e) {
            // It may be about to be replaced; what was good still is.
            log.log(
                    warned ? Level.DEBUG : Level.WARN, // Whoever asks must not fill the log.
                    "{}={} has changed but cannot be used, what it held before is: {}",
                    AppSettings.HTTP_TOKEN_FILE,
                    file,
                    Reason.of(e));
            warned = true;
        }
        return token;
    }

    // Shows nothing of the content.
    private byte[] read() throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw wrong("is larger than " + MAX_BYTES + " bytes");
        }
        String content = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
        if (!TOKEN.matcher(content).matches()) {
            throw wrong(content.isEmpty() ? "holds no token" : "holds more than one word of printable ASCII");
        }
        return content.getBytes(StandardCharsets.UTF_8);
    }

    private ConfigurationException wrong(String what) {
        return new ConfigurationException(AppSettings.HTTP_TOKEN_FILE.name() + "=" + file + " " + what);
    }
}
