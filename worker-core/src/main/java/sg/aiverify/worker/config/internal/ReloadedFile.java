package sg.aiverify.worker.config.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.Function;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.Reason;

/**
 * What a setting's file holds, read again when the file has changed, so that a secret can be renewed while the worker
 * runs. The content is never logged. Thread-safe.
 *
 * @param <T> what the content is parsed to
 */
public final class ReloadedFile<T> {
    private static final Logger log = LogManager.getLogger(ReloadedFile.class);
    private static final int MAX_BYTES = 64 * 1024;

    private final String name;
    private final Path file;
    private final Function<String, T> parser;
    private Stamp stamp;
    private T content;
    private boolean warned;

    private record Stamp(long size, long modified, @Nullable Object key) {
        static Stamp of(Path file) throws IOException {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(attributes.size(), attributes.lastModifiedTime().toMillis(), attributes.fileKey());
        }
    }

    /**
     * Reads the file for the first time.
     *
     * @param setting what names the file
     * @param file the file
     * @param parser parses the bytes as ISO 8859-1; throws a {@link ConfigurationException} that shows nothing of them
     * @throws ConfigurationException if the file cannot be read, is larger than 64 KiB, or the parser refuses it
     */
    public ReloadedFile(Setting<Path> setting, Path file, Function<String, T> parser) {
        this.name = setting.name() + "=" + file;
        this.file = file;
        this.parser = parser;
        try {
            this.stamp = Stamp.of(file);
            this.content = read();
        } catch (IOException e) {
            throw new ConfigurationException(name + " cannot be read: " + Reason.of(e));
        }
    }

    /**
     * Returns what the file holds now, or held before if it cannot be used now.
     *
     * @return the parsed content
     */
    public synchronized T current() {
        try {
            Stamp now = Stamp.of(file);
            if (!now.equals(stamp)) {
                content = read();
                stamp = now;
                warned = false;
                log.info("{} has changed and was read again", name);
            }
        } catch (IOException | ConfigurationException e) {
            // It may be about to be replaced; what was good may still be.
            log.log(
                    warned ? Level.DEBUG : Level.WARN, // whoever asks must not fill the log
                    "{} has changed but cannot be used, what it held before is: {}",
                    name,
                    e instanceof ConfigurationException ? e.getMessage() : Reason.of(e));
            warned = true;
        }
        return content;
    }

    private T read() throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new ConfigurationException(name + " is larger than " + MAX_BYTES + " bytes");
        }
        return parser.apply(Files.readString(file, StandardCharsets.ISO_8859_1));
    }
}
