package sg.aiverify.worker.engine;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.stage.Stage;

/**
 * The limits of the runs.
 *
 * @param concurrency the number of runs at once, at least 1
 * @param maxAttempts the number of deliveries of a task before it becomes a dead letter, at least 1
 * @param stageTimeouts the time limits by stage; a stage without an entry has no limit
 */
@API(status = EXPERIMENTAL, since = "1.0")
public record EngineSettings(int concurrency, int maxAttempts, Map<Stage, Duration> stageTimeouts) {
    private static final String GROUP = "Runs";

    /** The number of runs at once; by default the number of cores. */
    public static final Setting<Integer> CONCURRENCY = Setting.integer(
                    "TEWORKER_CONCURRENCY", null, 1, 1024, "number of runs at once")
            .inGroup(GROUP)
            .whenNotSet("the number of cores");
    /** The number of deliveries of a task before it becomes a dead letter. */
    public static final Setting<Integer> MAX_ATTEMPTS = Setting.integer(
                    "TEWORKER_MAX_ATTEMPTS", "5", 1, 1000, "deliveries of a task before it becomes a dead letter")
            .inGroup(GROUP)
            .withDetails("After the last attempt the worker reports the error and moves the task to the dead letters.");
    /** The time that runs in progress have to finish when the worker is stopped. */
    public static final Setting<Duration> SHUTDOWN_GRACE = Setting.seconds(
                    "TEWORKER_SHUTDOWN_GRACE_SECONDS", "25", "time for runs in progress after SIGTERM or Ctrl-C")
            .inGroup(GROUP)
            .withDetails("Your supervisor must wait about 30 s longer before it kills the worker, see"
                    + " [operating.md](operating.md#stopping).");

    private static final Map<Stage, Setting<Duration>> TIMEOUTS = Map.of(
            Stage.DOWNLOAD, limit("TEWORKER_DOWNLOAD_TIMEOUT_SECONDS", "600", "time limit of the download stage"),
            Stage.PIPELINE_BUILD,
                    limit("TEWORKER_BUILD_TIMEOUT_SECONDS", "1800", "time limit of the pipeline_build stage"),
            Stage.PIPELINE_EXECUTE, limit("TEWORKER_TASK_TIMEOUT_SECONDS", "86400", "time limit of the algorithm"),
            Stage.UPLOAD, limit("TEWORKER_UPLOAD_TIMEOUT_SECONDS", "600", "time limit of the upload stage"));

    public EngineSettings {
        if (concurrency < 1 || maxAttempts < 1) {
            throw new IllegalArgumentException(
                    "concurrency and maxAttempts must be at least 1, were " + concurrency + " and " + maxAttempts);
        }
        stageTimeouts = Map.copyOf(stageTimeouts);
    }

    /**
     * Reads the engine's settings.
     *
     * @param settings the worker's settings
     * @return the engine's settings, with defaults
     */
    public static EngineSettings from(Settings settings) {
        Objects.requireNonNull(settings, "settings");
        Map<Stage, Duration> timeouts = new EnumMap<>(Stage.class);
        TIMEOUTS.forEach((stage, setting) -> timeouts.put(stage, settings.get(setting)));
        return new EngineSettings(
                settings.find(CONCURRENCY).orElse(Runtime.getRuntime().availableProcessors()),
                settings.get(MAX_ATTEMPTS),
                timeouts);
    }

    /**
     * Lists the settings that {@link #from} reads, and the grace period.
     *
     * @return the engine's settings
     */
    public static List<Setting<?>> all() {
        return Stream.<Setting<?>>concat(
                        Stream.of(CONCURRENCY, MAX_ATTEMPTS, SHUTDOWN_GRACE),
                        Stream.of(Stage.values()).filter(TIMEOUTS::containsKey).map(TIMEOUTS::get))
                .toList();
    }

    private static Setting<Duration> limit(String name, String defaultText, String meaning) {
        return Setting.seconds(name, defaultText, meaning).inGroup(GROUP);
    }

    Optional<Duration> timeout(Stage stage) {
        return Optional.ofNullable(stageTimeouts.get(stage));
    }

    /** Describes a stage that took longer than its limit. */
    String timedOut(Stage stage) {
        Setting<Duration> setting = TIMEOUTS.get(stage);
        return "took longer than " + timeout(stage).map(Duration::toSeconds).orElse(0L) + " seconds and was stopped"
                + (setting == null ? "" : "; the limit is " + setting.name());
    }
}
