package sg.aiverify.worker.app.http;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.regex.Pattern;
import sg.aiverify.worker.app.settings.AppSettings;
import sg.aiverify.worker.config.internal.ReloadedFile;
import sg.aiverify.worker.failure.ConfigurationException;

/**
 * The token that a client must send. The file is read again after a change, so the token can be renewed while the
 * worker runs. Never logged. Thread-safe.
 */
final class AccessToken {
    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]+");
    private static final String SCHEME = "Bearer ";

    private final Path file;
    private final ReloadedFile<byte[]> token;

    AccessToken(Path file) {
        this.file = file;
        this.token = new ReloadedFile<>(AppSettings.HTTP_TOKEN_FILE, file, this::parsed);
    }

    /** Checks whether a header {@code Authorization} contains the token. The time does not depend on the token. */
    boolean isIn(Optional<String> authorization) {
        return authorization
                .filter(value -> value.regionMatches(true, 0, SCHEME, 0, SCHEME.length()))
                .map(value -> value.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8))
                .filter(shown -> MessageDigest.isEqual(shown, token.current()))
                .isPresent();
    }

    // The error must not contain the file's content, which may be a token.
    private byte[] parsed(String text) {
        String content = text.strip();
        if (!TOKEN.matcher(content).matches()) {
            throw wrong(content.isEmpty() ? "contains no token" : "must contain one word of printable ASCII only");
        }
        return content.getBytes(StandardCharsets.UTF_8);
    }

    private ConfigurationException wrong(String problem) {
        return new ConfigurationException(AppSettings.HTTP_TOKEN_FILE.name() + "=" + file + " " + problem);
    }
}
