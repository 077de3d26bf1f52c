package sg.aiverify.worker.app.settings;

import java.util.List;
import sg.aiverify.worker.config.Setting;

/** Settings of the runnable worker alone; embedders configure their logging themselves. */
public final class AppSettings {
    /** The least level that is logged. */
    public static final Setting<String> LOG_LEVEL = Setting.oneOf(
            "TEWORKER_LOG_LEVEL", "info", "least level of log lines", "debug", "info", "warning", "error", "critical");

    /** How log lines look. */
    public static final Setting<String> LOG_FORMAT = Setting.oneOf(
            "TEWORKER_LOG_FORMAT",
            "text",
            "log lines for people (text) or for a log store (ecs: JSON, Elastic Common Schema)",
            "text",
            "ecs");

    private AppSettings() {}

    /**
     * Lists all settings of this class.
     *
     * @return the settings
     */
    public static List<Setting<?>> all() {
        return List.of(LOG_LEVEL, LOG_FORMAT);
    }
}
