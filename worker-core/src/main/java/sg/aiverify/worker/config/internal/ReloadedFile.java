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
 * The content of a file that a setting refers to. The file is read again after a change, so that a secret can be
 * renewed while the worker runs. The content is never logged. Thread-safe.
 *
 * @param <T> the type of the parsed content
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
     * @param setting the setting that contains the path of the file
     * @param file the file
     * @param parser parses the bytes as ISO 8859-1; the message of its {@link ConfigurationException} must not contain
     *     the content
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
     * Returns the current content of the file, or the previous content if the file cannot be used now.
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
            // The file may be about to be replaced, and the previous content may still be valid.
            log.log(
                    warned ? Level.DEBUG : Level.WARN, // frequent calls must not fill the log
                    "{} has changed but cannot be used, so its previous content stays in use: {}",
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
