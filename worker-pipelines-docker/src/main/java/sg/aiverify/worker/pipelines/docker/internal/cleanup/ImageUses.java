package sg.aiverify.worker.pipelines.docker.internal.cleanup;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.files.internal.FileLocks;
import sg.aiverify.worker.files.internal.ShortHash;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.run.CancellationSource;
import sg.aiverify.worker.run.RunContext;

/**
 * The time of the last use of each image, and the images that runs of this worker use now. The times are stored in a
 * file, which all workers with the same data directory share. Thread-safe.
 */
public final class ImageUses {
    private static final Logger log = LogManager.getLogger(ImageUses.class);
    /** The precision of the times in the file: a use is not written if the last one was written less than this ago. */
    private static final Duration PRECISION = Duration.ofMinutes(1);
    /** The time for which the file keeps an image that is not on this engine, since it may be on another engine. */
    private static final Duration REMEMBERED = Duration.ofDays(400);

    private static final Cancellation NEVER = new CancellationSource();
    private static final String LOCK = "image-uses";
    private final Path file;
    private final FileLocks locks;
    private final Clock clock;
    private final Map<String, Integer> held = new HashMap<>();
    private final Map<String, Instant> written = new ConcurrentHashMap<>();

    public ImageUses(Path file, FileLocks locks, Clock clock) {
        this.file = file;
        this.locks = locks;
        this.clock = clock;
    }

    /** Records that a run uses an image from now until the run ends. */
    public void hold(String id, RunContext run) {
        synchronized (held) {
            held.merge(id, 1, Integer::sum);
        }
        run.closeAtEnd(() -> {
            note(id, NEVER);
            synchronized (held) {
                held.computeIfPresent(id, (key, count) -> count > 1 ? count - 1 : null);
            }
        });
        note(id, run.cancellation());
    }

    boolean isHeld(String id) {
        synchronized (held) {
            return held.containsKey(id);
        }
    }

    private void note(String id, Cancellation cancellation) {
        Instant now = clock.instant();
        Instant last = written.get(id);
        if (last != null && last.plus(PRECISION).isAfter(now)) {
            return;
        }
        try {
            change(cancellation, uses -> {
                uses.put(id, now);
                return uses;
            });
            written.put(id, now);
        } catch (InfrastructureException e) {
            log.warn("Could not record the use of the image {}: {}", ShortHash.in(id), e.getMessage());
        }
    }

    /** Returns the time of the last use of each of these images; the current time for an image without a record. */
    Map<String, Instant> of(Collection<String> ids) {
        Instant now = clock.instant();
        Map<String, Instant> uses = change(NEVER, known -> {
            ids.forEach(id -> known.putIfAbsent(id, now));
            known.entrySet()
                    .removeIf(use -> !ids.contains(use.getKey())
                            && use.getValue().plus(REMEMBERED).isBefore(now));
            return known;
        });
        uses.keySet().retainAll(ids);
        return uses;
    }

    private Map<String, Instant> change(Cancellation cancellation, UnaryOperator<Map<String, Instant>> change) {
        try (FileLocks.Held lock = locks.exclusive(LOCK, cancellation)) {
            Map<String, Instant> before = read();
            Map<String, Instant> after = change.apply(new HashMap<>(before));
            if (!after.equals(before)) {
                write(after);
            }
            return after;
        } catch (IOException e) {
            throw new InfrastructureException("The file " + file + " cannot be used: " + Reason.of(e), e);
        }
    }

    private Map<String, Instant> read() throws IOException {
        Properties lines = new Properties();
        if (Files.exists(file)) {
            lines.load(new StringReader(Files.readString(file)));
        }
        Map<String, Instant> uses = new HashMap<>();
        for (String id : lines.stringPropertyNames()) {
            try {
                uses.put(id, Instant.ofEpochSecond(Long.parseLong(lines.getProperty(id))));
            } catch (NumberFormatException e) {
                log.debug("Not a time in {}: {}", file, lines.getProperty(id));
            }
        }
        return uses;
    }

    private void write(Map<String, Instant> uses) throws IOException {
        Properties lines = new Properties();
        uses.forEach((id, use) -> lines.setProperty(id, Long.toString(use.getEpochSecond())));
        StringWriter text = new StringWriter();
        lines.store(text, null);
        Path partial = Files.createTempFile(file.getParent(), file.getFileName().toString(), ".part");
        try {
            Files.writeString(partial, text.toString());
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(partial);
        }
    }
}
