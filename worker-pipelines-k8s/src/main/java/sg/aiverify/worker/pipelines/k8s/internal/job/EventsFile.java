package sg.aiverify.worker.pipelines.k8s.internal.job;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Set;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.python.RunnerEvents;

/** Reads the events file of a run while the pod writes to it. Used by one thread. */
final class EventsFile {
    private static final Logger log = LogManager.getLogger(EventsFile.class);
    private static final long MAX_BYTES = 80L * 1024 * 1024;
    private static final int MAX_LINE_BYTES = 1024 * 1024 + 32;

    private final Path file;
    private final RunnerEvents events;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private long position;

    /**
     * Creates a reader that starts at the beginning of the file.
     *
     * @param file the events file of job.py; need not exist yet
     * @param events receives the lines of the file
     */
    EventsFile(Path file, RunnerEvents events) {
        this.file = file;
        this.events = events;
    }

    /** Reads the new lines. Opens the file each time: network file systems report the growth of an open file late. */
    void read() {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        // Opens the file also for writing, although nothing is written. If the algorithm has replaced the file with a
        // pipe, opening it only for reading would block forever. If opened for both, setting the position fails.
        try (SeekableByteChannel channel = Files.newByteChannel(
                file, Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS))) {
            channel.position(position);
            ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
            while (position < MAX_BYTES && channel.read(buffer.clear()) > 0) {
                position += buffer.position();
                take(buffer.flip());
            }
        } catch (IOException e) {
            log.debug("Could not read {}", file, e);
        }
    }

    /** Returns whether anything was read from the file. */
    boolean isOpened() {
        return position > 0;
    }

    private void take(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            byte next = bytes.get();
            if (next == '\n') {
                accept(line.toString(StandardCharsets.UTF_8));
                line.reset();
            } else if (line.size() < MAX_LINE_BYTES) {
                line.write(next);
            }
        }
    }

    private void accept(String stamped) {
        int space = stamped.indexOf(' ');
        try {
            Instant at = Instant.ofEpochMilli(Long.parseLong(stamped.substring(0, Math.max(0, Math.min(space, 14)))));
            events.accept(stamped.substring(space + 1), at);
        } catch (NumberFormatException | DateTimeException e) {
            log.debug("Not a stamped event: {}", stamped, e);
        }
    }
}
