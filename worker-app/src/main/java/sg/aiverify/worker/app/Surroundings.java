package sg.aiverify.worker.app;

import java.nio.file.Path;
import java.util.Map;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.app.logging.WorkerLogging;
import sg.aiverify.worker.app.settings.AppSettings;
import sg.aiverify.worker.app.settings.LoadedSettings;
import sg.aiverify.worker.app.terminal.Style;
import sg.aiverify.worker.app.terminal.Terminal;
import sg.aiverify.worker.config.Settings;

/**
 * What a command finds around it.
 *
 * @param terminal where it writes to
 * @param environment the process's environment
 * @param directory the working directory
 * @param parts what commands are made of
 */
record Surroundings(Terminal terminal, Map<String, String> environment, Path directory, Parts parts) {
    /** Reads the settings, sets logging up and logs what was odd about the settings. */
    Settings configure() {
        return configure("info");
    }

    /**
     * The same with another level of log lines where the operator has set none.
     *
     * @param level for commands whose output is for people
     */
    Settings configure(String level) {
        LoadedSettings loaded = LoadedSettings.load(environment, directory, parts::settings);
        Settings settings = loaded.settings();
        if (!settings.isSet(AppSettings.LOG_LEVEL)) {
            settings = settings.over(Map.of(AppSettings.LOG_LEVEL.name(), level), "this command's default");
        }
        WorkerLogging.start(settings, terminal.err(), terminal.errInteractive() ? Style.COLOURED : Style.PLAIN);
        Logger log = LogManager.getLogger(Surroundings.class);
        loaded.notices().forEach(log::warn);
        return settings;
    }
}
