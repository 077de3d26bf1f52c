package sg.aiverify.worker;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;

/** Captures the worker's log, from a given level, until it is closed. */
public final class CapturedLog extends AbstractAppender implements AutoCloseable {
    private static final String OWN = "sg.aiverify.worker";

    /** A line of the log. The run is empty if the line belongs to no run. */
    public record Line(Level level, String run, String text) {}

    public final List<Line> lines = new CopyOnWriteArrayList<>();
    private final LoggerContext context = (LoggerContext) LogManager.getContext(false);
    private final Configuration configuration = context.getConfiguration();

    public CapturedLog(Level level) {
        super("captured", null, null, false, Property.EMPTY_ARRAY);
        start();
        LoggerConfig own = new LoggerConfig(OWN, level, false);
        own.addAppender(this, level, null);
        configuration.addLogger(OWN, own);
        context.updateLoggers();
    }

    @Override
    public void append(LogEvent event) {
        String run = event.getContextData().getValue("run");
        lines.add(new Line(
                event.getLevel(), run == null ? "" : run, event.getMessage().getFormattedMessage()));
    }

    /** Returns the texts of the lines of one level. */
    public List<String> texts(Level level) {
        return lines.stream()
                .filter(line -> line.level() == level)
                .map(Line::text)
                .toList();
    }

    @Override
    public void close() {
        configuration.removeLogger(OWN);
        context.updateLoggers();
        stop();
    }
}
