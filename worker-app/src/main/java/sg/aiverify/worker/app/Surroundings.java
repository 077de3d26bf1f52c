package sg.aiverify.worker.app;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.app.logging.WorkerLogging;
import sg.aiverify.worker.app.settings.AppSettings;
import sg.aiverify.worker.app.settings.LoadedSettings;
import sg.aiverify.worker.app.terminal.Style;
import sg.aiverify.worker.app.terminal.Terminal;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.config.internal.Secrets;
import sg.aiverify.worker.failure.WorkerException;

/**
 * What a command finds around it.
 *
 * @param terminal where it writes to
 * @param environment the process's environment
 * @param directory the working directory
 * @param parts what commands are made of
 */
record Surroundings(Terminal terminal, Map<String, String> environment, Path directory, Parts parts) {
    /** Gives the same on another terminal. */
    Surroundings on(Terminal other) {
        return new Surroundings(other, environment, directory, parts);
    }

    /** Replaces secrets in what is printed without logging. */
    String masked(String text) {
        try {
            return LoadedSettings.load(environment, directory, parts::settings)
                    .secrets()
                    .masked(text);
        } catch (WorkerException e) {
            return text; // what is wrong with the settings is what the text says
        }
    }

    /**
     * Logs what keeps the worker from starting, where its log lines are for a log store.
     *
     * @param problems what is wrong, an event for each, without secrets
     * @param bug what was thrown and should not have been; null for nothing
     * @return false if they are for people, so that nothing is logged
     */
    boolean logsForStore(List<String> problems, @Nullable Throwable bug) {
        try {
            Settings settings = loadQuietly("info").settings().usable(AppSettings.all());
            if (!settings.get(AppSettings.LOG_FORMAT).equals(AppSettings.ECS)) {
                return false;
            }
        } catch (WorkerException e) {
            if (!environment.getOrDefault(AppSettings.LOG_FORMAT.name(), "").equals(AppSettings.ECS)) {
                return false;
            }
            Settings ecs = Settings.of(Map.of(AppSettings.LOG_FORMAT.name(), AppSettings.ECS));
            WorkerLogging.start(ecs, terminal.err(), Style.PLAIN, Secrets.NONE);
        }
        Logger log = LogManager.getLogger(Surroundings.class);
        problems.forEach(problem -> log.fatal(problem, bug));
        return true;
    }

    /**
     * Reads the settings, sets logging up and logs what was odd about the settings.
     *
     * @param level the level of log lines where the operator has set none
     * @return the settings, and what is wrong with them
     */
    LoadedSettings load(String level) {
        LoadedSettings loaded = loadQuietly(level);
        Logger log = LogManager.getLogger(Surroundings.class);
        loaded.notices().forEach(log::warn);
        return loaded;
    }

    /**
     * Reads the settings and sets logging up.
     *
     * @param level the level of log lines where the operator has set none
     * @return the settings, and what is wrong with them
     */
    LoadedSettings loadQuietly(String level) {
        LoadedSettings loaded = LoadedSettings.load(environment, directory, parts::settings);
        Settings logging = loaded.settings().usable(AppSettings.all());
        if (!logging.isSet(AppSettings.LOG_LEVEL)) {
            // What goes well would bury what is wrong.
            String used = loaded.problems().isEmpty() ? level : "warning";
            logging = logging.over(Map.of(AppSettings.LOG_LEVEL.name(), used), "this command's default");
        }
        Style style = terminal.errInteractive() ? Style.COLOURED : Style.PLAIN;
        WorkerLogging.start(logging, terminal.err(), style, loaded.secrets());
        return loaded;
    }
}
