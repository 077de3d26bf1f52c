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
 * Reads the standard output of supervisor.py, on this machine or on another one. Passes on the lines of the command,
 * except lines of more than 1 MiB, and keeps the supervisor's report of the command's end. Thread-safe.
 */
@API(status = EXPERIMENTAL, since = "1.0")
public final class SupervisorOutput extends OutputStream {
    private static final Logger log = LogManager.getLogger(SupervisorOutput.class);
    private static final int MAX_LINE_BYTES = 1024 * 1024;

    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final Consumer<String> onLine;
    private @Nullable LastLine lastLine;

    /**
     * The supervisor's report of the command's end. Only the last one counts, since the command could also write one.
     */
    private record LastLine(
            SupervisedProcess.Ending ending, @Nullable String files, OptionalInt killsForMemory) {}

    /**
     * Creates the output.
     *
     * @param onLine called with each line that the command writes
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

    /** Ends the output: a last line without a line feed counts as a line. */
    @Override
    public synchronized void close() {
        endLine();
    }

    /**
     * Returns the exit code or the signal of the command.
     *
     * @return the reported value; empty if the supervisor still runs, or was killed before it reported the end
     */
    public synchronized Optional<SupervisedProcess.Ending> ending() {
        return Optional.ofNullable(lastLine).map(LastLine::ending);
    }

    /**
     * Returns the problem with the files of a run that has a limit for them.
     *
     * @return the supervisor's code for the problem; empty if there is no problem
     */
    synchronized Optional<String> filesProblem() {
        return Optional.ofNullable(lastLine).map(LastLine::files);
    }

    /**
     * Returns the number of processes in the command's container that were killed for lack of memory.
     *
     * @return the number; empty if the system does not count them, the supervisor was not requested to report them, or
     *     it has not reported the end of the command
     */
    public synchronized OptionalInt killsForMemory() {
        return lastLine == null ? OptionalInt.empty() : lastLine.killsForMemory();
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
        LastLine parsed = parse(text);
        if (parsed != null) {
            lastLine = parsed;
            return;
        }
        try {
            onLine.accept(text);
        } catch (RuntimeException e) {
            log.warn("Could not process a line of a process's output", e);
        }
    }

    private static @Nullable LastLine parse(String text) {
        if (!text.startsWith("{\"event\": \"exited\"")) {
            return null;
        }
        try {
            JsonObject event = JsonParser.parseString(text).getAsJsonObject();
            SupervisedProcess.Ending ending = event.has("signal")
                    ? new SupervisedProcess.Ending(-1, event.get("signal").getAsString())
                    : new SupervisedProcess.Ending(event.get("code").getAsInt(), null);
            int kills = event.has("oom_kills") ? event.get("oom_kills").getAsInt() : -1;
            return new LastLine(
                    ending,
                    event.has("files") ? event.get("files").getAsString() : null,
                    kills < 0 ? OptionalInt.empty() : OptionalInt.of(kills));
        } catch (RuntimeException e) { // for an unexpected value, Gson throws several kinds of exceptions
            log.debug("Not a line of the supervisor: {}", text);
            return null;
        }
    }
}
