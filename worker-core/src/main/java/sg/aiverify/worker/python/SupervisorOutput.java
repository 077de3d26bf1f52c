package sg.aiverify.worker.python;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Takes the standard output of supervisor.py from wherever it comes: gives its lines away, but over-long ones, and
 * keeps what the supervisor tells of the command's end. Thread-safe.
 */
@API(status = EXPERIMENTAL, since = "1.0")
public final class SupervisorOutput extends OutputStream {
    private static final Logger log = LogManager.getLogger(SupervisorOutput.class);
    private static final int MAX_LINE_BYTES = 1024 * 1024;

    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final Consumer<String> onLine;
    private @Nullable Told told;

    /** The line that the supervisor ends with; the last, since what it keeps could write such lines, too. */
    private record Told(
            SupervisedProcess.Ending ending, @Nullable String files, OptionalInt killsForMemory) {}

    /**
     * Creates the output.
     *
     * @param onLine gets each line but the supervisor's own
     */
    public SupervisorOutput(Consumer<String> onLine) {
        this.onLine = Objects.requireNonNull(onLine, "onLine");
    }

    @Override
    public synchronized void write(int next) {
        if ((byte) next == '\n') {
            endLine();
        } else if (line.size() <= MAX_LINE_BYTES) {
            line.write(next);
        }
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int count) {
        Objects.checkFromIndexSize(offset, count, bytes.length);
        for (int i = offset; i < offset + count; i++) {
            write(bytes[i]);
        }
    }

    /** Takes what is left for a line. */
    @Override
    public synchronized void close() {
        endLine();
    }

    /**
     * Tells how the command ended.
     *
     * @return empty if the supervisor has not told, because it runs or was killed
     */
    public synchronized Optional<SupervisedProcess.Ending> ending() {
        return Optional.ofNullable(told).map(Told::ending);
    }

    /**
     * Returns what is wrong with the files of a run that has a limit of them.
     *
     * @return the supervisor's word for it; empty if nothing is
     */
    synchronized Optional<String> filesProblem() {
        return Optional.ofNullable(told).map(Told::files);
    }

    /**
     * Returns how many processes of the command's container were killed for want of memory.
     *
     * @return empty if nobody counts them, if the supervisor was not asked to, or if it has not told
     */
    public synchronized OptionalInt killsForMemory() {
        return told == null ? OptionalInt.empty() : told.killsForMemory();
    }

    private void endLine() {
        if (line.size() == 0) {
            return;
        }
        if (line.size() > MAX_LINE_BYTES) {
            log.debug("A line of more than {} bytes is left out", MAX_LINE_BYTES);
            line.reset();
            return;
        }
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        Told parsed = parse(text);
        if (parsed != null) {
            told = parsed;
            return;
        }
        try {
            onLine.accept(text);
        } catch (RuntimeException e) {
            log.warn("A line of a process's output was not understood", e);
        }
    }

    private static @Nullable Told parse(String text) {
        if (!text.startsWith("{\"event\": \"exited\"")) {
            return null;
        }
        try {
            JsonObject event = JsonParser.parseString(text).getAsJsonObject();
            SupervisedProcess.Ending ending = event.has("signal")
                    ? new SupervisedProcess.Ending(-1, event.get("signal").getAsString())
                    : new SupervisedProcess.Ending(event.get("code").getAsInt(), null);
            int kills = event.has("oom_kills") ? event.get("oom_kills").getAsInt() : -1;
            return new Told(
                    ending,
                    event.has("files") ? event.get("files").getAsString() : null,
                    kills < 0 ? OptionalInt.empty() : OptionalInt.of(kills));
        } catch (RuntimeException e) { // Gson tells of a wrong shape by half a dozen of them
            log.debug("Not a line of the supervisor: {}", text);
            return null;
        }
    }
}
