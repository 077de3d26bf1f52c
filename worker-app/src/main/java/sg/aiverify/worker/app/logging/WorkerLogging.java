package sg.aiverify.worker.app.logging;

import java.io.OutputStream;
import java.util.Objects;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.Layout;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.OutputStreamAppender;
import org.apache.logging.log4j.core.config.AbstractConfiguration;
import org.apache.logging.log4j.core.config.ConfigurationSource;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.app.settings.AppSettings;
import sg.aiverify.worker.app.terminal.Style;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.config.internal.Secrets;

/** Configures Log4j in code, since finding and parsing a configuration file would take twice as long. */
public final class WorkerLogging {
    private static final String OWN_PACKAGE = "sg.aiverify.worker";

    private static volatile @Nullable String worker;

    private WorkerLogging() {}

    /**
     * Configures logging for this process. Replaces an earlier configuration.
     *
     * @param settings the settings with the level and the format
     * @param target the stream for the lines
     * @param style with or without colours, for text lines
     * @param secrets the secrets to mask in every line
     */
    public static void start(Settings settings, OutputStream target, Style style, Secrets secrets) {
        Level level = level(settings.get(AppSettings.LOG_LEVEL));
        boolean ecs = settings.get(AppSettings.LOG_FORMAT).equals(AppSettings.ECS);
        InCode configuration = new InCode(level, ecs, target, style, secrets);
        // With a given configuration, Log4j does not search for a configuration file.
        LoggerContext context = Configurator.initialize(configuration);
        if (context.getConfiguration() != configuration) {
            context.reconfigure(configuration);
        }
    }

    /**
     * Suppresses the log lines of a class from now on. A command uses this if it shows the content of the lines in
     * another way.
     *
     * @param source the class
     */
    public static void leaveOut(Class<?> source) {
        Configurator.setLevel(source.getName(), Level.OFF);
    }

    /**
     * Sets the worker's name, which all later lines for log stores contain.
     *
     * @param name the name, as in the metrics and at the queue
     */
    public static void name(String name) {
        worker = Objects.requireNonNull(name, "name");
    }

    /** Writes the remaining lines and stops logging. */
    public static void stop() {
        LogManager.shutdown();
    }

    private static Level level(String word) {
        return switch (word) {
            case "debug" -> Level.DEBUG;
            case "warning" -> Level.WARN;
            case "error" -> Level.ERROR;
            case "critical" -> Level.FATAL;
            default -> Level.INFO;
        };
    }

    private static final class InCode extends AbstractConfiguration {
        private final Level level;
        private final boolean ecs;
        private final OutputStream target;
        private final Style style;
        private final Secrets secrets;

        InCode(Level level, boolean ecs, OutputStream target, Style style, Secrets secrets) {
            super(null, ConfigurationSource.NULL_SOURCE);
            this.level = level;
            this.ecs = ecs;
            this.target = target;
            this.style = style;
            this.secrets = secrets;
            // Log4j's shutdown hook would drop the last lines of a graceful stop.
            isShutdownHookEnabled = false;
        }

        @Override
        protected void doConfigure() {
            OutputStreamAppender appender =
                    OutputStreamAppender.createAppender(layout(), null, target, "stderr", false, true);
            appender.start();
            addAppender(appender);
            // Never logs debug lines of libraries, since they show headers and bodies, which may contain secrets.
            LoggerConfig root = getRootLogger();
            root.setLevel(quieter(level));
            root.addAppender(appender, null, null);
            addLogger(OWN_PACKAGE, new LoggerConfig(OWN_PACKAGE, level, true));
        }

        private Layout<?> layout() {
            if (!ecs) {
                return new TextLayout(style, level.isLessSpecificThan(Level.DEBUG), secrets);
            }
            return new EcsLayout(this, secrets, () -> worker);
        }

        private static Level quieter(Level own) {
            if (own == Level.DEBUG) {
                return Level.INFO;
            }
            return own.isLessSpecificThan(Level.WARN) ? Level.WARN : own;
        }
    }
}
