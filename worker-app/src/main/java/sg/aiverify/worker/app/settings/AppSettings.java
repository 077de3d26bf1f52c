package sg.aiverify.worker.app.settings;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import sg.aiverify.worker.config.Setting;

/** The settings that only the runnable worker has; embedders provide their own logging, metrics and HTTP. */
public final class AppSettings {
    private static final String LOGS = "Logs";
    private static final String HTTP = "Health and metrics";

    /** The lowest level that is logged. */
    public static final Setting<String> LOG_LEVEL = Setting.oneOf(
                    "TEWORKER_LOG_LEVEL",
                    "info",
                    "lowest level that is logged",
                    "debug",
                    "info",
                    "warning",
                    "error",
                    "critical")
            .inGroup(LOGS)
            .withDetails("The default is `warning` for the commands `doctor` and `run-once`, and `error` for `demo`.");

    /** The log format for log stores. */
    public static final String ECS = "ecs";

    /** The format of log lines. */
    public static final Setting<String> LOG_FORMAT = Setting.oneOf(
                    "TEWORKER_LOG_FORMAT",
                    "text",
                    "format of log lines: text for people, ecs for log stores",
                    "text",
                    ECS)
            .inGroup(LOGS)
            .withDetails("With `ecs`, each line is one JSON object that follows the Elastic Common Schema.");

    /** The port of the HTTP server for operators; empty if the server is switched off. */
    public static final Setting<OptionalInt> HTTP_PORT = Setting.of(
                    "TEWORKER_HTTP_PORT",
                    "8485",
                    "port of the HTTP server for operators",
                    "a whole number from 0 to 65535, or off",
                    AppSettings::port)
            .inGroup(HTTP)
            .withDetails("""
                    `0` selects any free port; the log shows the number.
                    `off` disables the server.
                    If a port that you set is in use, the worker does not start.
                    If the default port is in use, the worker logs a warning and runs without the server.
                    """);

    /** The address on which the HTTP server for operators listens. */
    public static final Setting<String> HTTP_HOST = Setting.text(
                    "TEWORKER_HTTP_HOST", "127.0.0.1", "address or host name on which the HTTP server listens")
            .inGroup(HTTP)
            .withDetails("""
                    `0.0.0.0` means every address of the machine; Kubernetes' probes need this value.
                    Other machines can then read the metrics, unless you set a token.
                    """);

    /** The file with the token that the HTTP server for operators requires. */
    public static final Setting<Path> HTTP_TOKEN_FILE = Setting.secretFile(
                    "TEWORKER_HTTP_TOKEN_FILE", "file with a bearer token for requests to the HTTP server")
            .inGroup(HTTP)
            .withDetails("""
                    If this file is set, all requests except the two probes must contain the token.
                    The worker reads the file again after each change.
                    """);

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
     * Returns all settings of this class.
     *
     * @return the settings
     */
    public static List<Setting<?>> all() {
        return List.of(LOG_LEVEL, LOG_FORMAT, HTTP_PORT, HTTP_HOST, HTTP_TOKEN_FILE);
    }
}
