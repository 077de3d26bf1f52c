package sg.aiverify.worker.python;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/** What runner.py tells, line by line. Lines come from a process with foreign code, so nothing in them is trusted. */
final class RunnerEvents {
    private static final Logger log = LogManager.getLogger(RunnerEvents.class);

    private final Clock clock;
    private final IntConsumer progress;
    private final Instant created;
    private @Nullable Instant started;
    private @Nullable Result result;
    private @Nullable String error;

    RunnerEvents(Clock clock, IntConsumer progress) {
        this.clock = clock;
        this.progress = progress;
        this.created = clock.instant();
    }

    /** The names of artifacts, unchecked, and when they were told. */
    record Result(List<String> artifacts, Instant when) {
        Result {
            artifacts = List.copyOf(artifacts);
        }
    }

    synchronized void accept(String line) {
        try {
            JsonObject event = JsonParser.parseString(line).getAsJsonObject();
            switch (event.get("event").getAsString()) {
                case "started" -> started = started == null ? clock.instant() : started;
                case "progress" -> {
                    int percent = event.get("percent").getAsInt();
                    if (percent >= 0 && percent <= 100) {
                        progress.accept(percent);
                    }
                }
                case "result" -> result = new Result(names(event.getAsJsonArray("artifacts")), clock.instant());
                case "error" -> error = event.get("text").getAsString();
                default -> log.debug("Unknown event: {}", line);
            }
        } catch (RuntimeException e) { // Gson tells of a wrong shape by half a dozen of them
            log.debug("Not an event: {}", line, e);
        }
    }

    private static List<String> names(JsonArray array) {
        List<String> names = new ArrayList<>();
        for (JsonElement name : array) {
            names.add(name.getAsString());
        }
        return names;
    }

    synchronized boolean hasStarted() {
        return started != null;
    }

    synchronized Instant started() {
        return started == null ? created : started;
    }

    synchronized @Nullable Result result() {
        return result;
    }

    synchronized @Nullable String error() {
        return error;
    }
}
