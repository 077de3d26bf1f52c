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
 * The context in which a command runs.
 *
 * @param terminal the terminal for its output
 * @param environment the environment variables of the process
 * @param directory the working directory
 * @param parts creates the parts that commands need
 */
record CommandContext(Terminal terminal, Map<String, String> environment, Path directory, Parts parts) {
    /** Returns a context that differs only in its terminal. */
    CommandContext on(Terminal other) {
        return new CommandContext(other, environment, directory, parts);
    }

    /** Replaces secrets in a text that is printed, not logged. */
    String masked(String text) {
        try {
            return LoadedSettings.load(environment, directory, parts::settings)
                    .secrets()
                    .masked(text);
        } catch (WorkerException e) {
            return text; // the settings are wrong, so the text is the error about them
        }
    }

    /**
     * If the log format is for log stores, logs the problems that prevent the worker from starting.
     *
     * @param problems the problems, without secrets; each is logged as one event
     * @param bug the unexpected exception; null if there was none
     * @return false if the log format is for people; this method has then logged nothing
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
        Logger log = LogManager.getLogger(CommandContext.class);
        problems.forEach(problem -> log.fatal(problem, bug));
        return true;
    }

    /**
     * Reads the settings, sets up logging and logs the notices about the settings.
     *
     * @param level the log level if the operator has not set one
     * @return the settings and their problems
     */
    LoadedSettings load(String level) {
        LoadedSettings loaded = loadQuietly(level);
        Logger log = LogManager.getLogger(CommandContext.class);
        loaded.notices().forEach(log::warn);
        return loaded;
    }

    /**
     * Reads the settings and sets up logging.
     *
     * @param level the log level if the operator has not set one
     * @return the settings and their problems
     */
    LoadedSettings loadQuietly(String level) {
        LoadedSettings loaded = LoadedSettings.load(environment, directory, parts::settings);
        Settings logging = loaded.settings().usable(AppSettings.all());
        if (!logging.isSet(AppSettings.LOG_LEVEL)) {
            // If the settings have problems, informational log lines would hide these problems.
            String used = loaded.problems().isEmpty() ? level : "warning";
            logging = logging.over(Map.of(AppSettings.LOG_LEVEL.name(), used), "this command's default");
        }
        Style style = terminal.errInteractive() ? Style.COLOURED : Style.PLAIN;
        WorkerLogging.start(logging, terminal.err(), style, loaded.secrets());
        return loaded;
    }
}
