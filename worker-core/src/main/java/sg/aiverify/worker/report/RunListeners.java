package sg.aiverify.worker.report;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.pipeline.Stage;
import sg.aiverify.worker.run.RunNote;

/** Tells several listeners; what one throws is logged and keeps nothing from the others. Thread-safe. */
public final class RunListeners implements RunListener {
    /** Nobody listens. */
    public static final RunListeners NONE = new RunListeners(List.of());

    private static final Logger log = LogManager.getLogger(RunListeners.class);

    private final List<RunListener> listeners;

    /**
     * Bundles listeners.
     *
     * @param listeners who is told, in this order
     */
    public RunListeners(List<? extends RunListener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    @Override
    public void received(String run, int attempt) {
        tell(listener -> listener.received(run, attempt));
    }

    @Override
    public void stageBegan(String run, Stage stage) {
        tell(listener -> listener.stageBegan(run, stage));
    }

    @Override
    public void stageEnded(String run, Stage stage, StageEnd end, Duration took) {
        tell(listener -> listener.stageEnded(run, stage, end, took));
    }

    @Override
    public void noted(String run, RunNote note) {
        tell(listener -> listener.noted(run, note));
    }

    @Override
    public void ended(EndedRun run) {
        tell(listener -> listener.ended(run));
    }

    private void tell(Consumer<RunListener> event) {
        for (RunListener listener : listeners) {
            try {
                event.accept(listener);
            } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
                log.error("The listener {} failed", listener.getClass().getName(), e);
            }
        }
    }
}
