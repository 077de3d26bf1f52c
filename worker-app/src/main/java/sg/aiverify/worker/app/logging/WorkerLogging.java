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

/** Sets Log4j up in code: a file that is searched for and parsed would double the time that it takes. */
public final class WorkerLogging {
    private static final String OWN_PACKAGE = "sg.aiverify.worker";

    private static volatile @Nullable String worker;

    private WorkerLogging() {}

    /**
     * Sets logging up for this process; what was set up before is replaced.
     *
     * @param settings the level and the format
     * @param target where the lines go
     * @param style colours of text lines, or none
     * @param secrets what is masked in every line
     */
    public static void start(Settings settings, OutputStream target, Style style, Secrets secrets) {
        Level level = level(settings.get(AppSettings.LOG_LEVEL));
        boolean ecs = settings.get(AppSettings.LOG_FORMAT).equals(AppSettings.ECS);
        InCode configuration = new InCode(level, ecs, target, style, secrets);
        // Passing the configuration along keeps Log4j from looking for one.
        LoggerContext context = Configurator.initialize(configuration);
        if (context.getConfiguration() != configuration) {
            context.reconfigure(configuration);
        }
    }

    /**
     * Leaves the lines of a class out from now on, since what they say is shown otherwise.
     *
     * @param source the class
     */
    public static void leaveOut(Class<?> source) {
        Configurator.setLevel(source.getName(), Level.OFF);
    }

    /**
     * Names the worker in lines for log stores from now on.
     *
     * @param name the name as in metrics and at the queue
     */
    public static void name(String name) {
        worker = Objects.requireNonNull(name, "name");
    }

    /** Writes what is left and ends logging. */
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
            // A hook of Log4j's would drop the last lines of a graceful stop.
            isShutdownHookEnabled = false;
        }

        @Override
        protected void doConfigure() {
            OutputStreamAppender appender =
                    OutputStreamAppender.createAppender(layout(), null, target, "stderr", false, true);
            appender.start();
            addAppender(appender);
            // Libraries' debug lines show headers and bodies; nobody asked for those.
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
