package sg.aiverify.worker.app.settings;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import sg.aiverify.worker.config.Setting;

/** Settings of the runnable worker alone; embedders have logging, metrics and HTTP of their own. */
public final class AppSettings {
    /** The least level that is logged. */
    public static final Setting<String> LOG_LEVEL = Setting.oneOf(
            "TEWORKER_LOG_LEVEL", "info", "least level of log lines", "debug", "info", "warning", "error", "critical");

    /** Log lines for a log store. */
    public static final String ECS = "ecs";

    /** How log lines look. */
    public static final Setting<String> LOG_FORMAT = Setting.oneOf(
            "TEWORKER_LOG_FORMAT",
            "text",
            "log lines for people (text) or for a log store (ecs: JSON, Elastic Common Schema)",
            "text",
            ECS);

    /** Where the operator's HTTP server listens; empty for nowhere. */
    public static final Setting<OptionalInt> HTTP_PORT = Setting.of(
            "TEWORKER_HTTP_PORT",
            "8485",
            "port of health, readiness and metrics",
            "a whole number from 0 to 65535, or off",
            AppSettings::port);

    /** The address that the operator's HTTP server listens at. */
    public static final Setting<String> HTTP_HOST =
            Setting.text("TEWORKER_HTTP_HOST", "127.0.0.1", "address or name that the operator's HTTP server has");

    /** What the operator's HTTP server asks for. */
    public static final Setting<Path> HTTP_TOKEN_FILE = Setting.secretFile(
            "TEWORKER_HTTP_TOKEN_FILE", "file with the bearer token that the operator's HTTP server asks for");

    private static final int MAX_PORT = 65_535;

    private AppSettings() {}

    private static OptionalInt port(String text) {
        if (text.equalsIgnoreCase("off")) {
            return OptionalInt.empty();
        }
        int port = Integer.parseInt(text);
        if (port < 0 || port > MAX_PORT) {
            throw new IllegalArgumentException("out of range");
        }
        return OptionalInt.of(port);
    }

    /**
     * Lists all settings of this class.
     *
     * @return the settings
     */
    public static List<Setting<?>> all() {
        return List.of(LOG_LEVEL, LOG_FORMAT, HTTP_PORT, HTTP_HOST, HTTP_TOKEN_FILE);
    }
}
