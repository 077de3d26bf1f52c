package sg.aiverify.worker.run;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import org.apiguardian.api.API;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.config.Settings;

/** The setting that allows modules to start Python before a run needs it. */
@API(status = EXPERIMENTAL, since = "1.0")
public final class WarmRuntimes {
    private static final String OFF = "off";

    /** The setting. */
    public static final Setting<String> SETTING = Setting.oneOf(
                    "TEWORKER_WARM_RUNTIMES",
                    "auto",
                    "start Python and its libraries before they are needed",
                    "auto",
                    OFF)
            .inGroup("Runs")
            .withDetails(
                    "`docker_run` keeps a container waiting for each recently used image, see [docker.md](docker.md).");

    private WarmRuntimes() {}

    /**
     * Reads the setting.
     *
     * @param settings the worker's settings
     * @return false if it is {@code off}
     */
    public static boolean isOn(Settings settings) {
        return !OFF.equals(settings.get(SETTING));
    }
}
