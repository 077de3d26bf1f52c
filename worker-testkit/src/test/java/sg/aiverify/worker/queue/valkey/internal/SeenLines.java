package sg.aiverify.worker.queue.valkey.internal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;

/** Records the log lines of a class, from level info, each with its run. */
final class SeenLines extends AbstractAppender implements AutoCloseable {
    final List<String> lines = new CopyOnWriteArrayList<>();
    private final Logger logger;
    private final Level before;

    SeenLines(Class<?> of) {
        super("seen", null, null, false, Property.EMPTY_ARRAY);
        logger = (Logger) LogManager.getLogger(of);
        before = logger.getLevel();
        start();
        logger.addAppender(this);
        // Adding an appender resets the level.
        logger.setLevel(Level.INFO);
    }

    @Override
    public void append(LogEvent event) {
        lines.add("[" + event.getContextData().getValue("run") + "] "
                + event.getMessage().getFormattedMessage());
    }

    @Override
    public void close() {
        logger.removeAppender(this);
        logger.setLevel(before);
        stop();
    }
}
