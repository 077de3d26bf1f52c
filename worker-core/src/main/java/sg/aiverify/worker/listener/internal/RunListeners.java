package sg.aiverify.worker.listener.internal;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.listener.EndedRun;
import sg.aiverify.worker.listener.RunListener;
import sg.aiverify.worker.listener.StageEnd;
import sg.aiverify.worker.run.RunNote;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.task.Task;

/**
 * Forwards events to several listeners. Exceptions of one listener are logged and do not affect the others.
 * Thread-safe.
 */
public final class RunListeners implements RunListener {
    /** No listeners. */
    public static final RunListeners NONE = new RunListeners(List.of());

    private static final Logger log = LogManager.getLogger(RunListeners.class);

    private final List<RunListener> listeners;

    /**
     * Bundles listeners.
     *
     * @param listeners the listeners, in the order of their calls
     */
    public RunListeners(List<? extends RunListener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    @Override
    public void received(String run, int attempt) {
        each(listener -> listener.received(run, attempt));
    }

    @Override
    public void started(Task task) {
        each(listener -> listener.started(task));
    }

    @Override
    public void progress(Task task, int percent) {
        each(listener -> listener.progress(task, percent));
    }

    @Override
    public void succeeded(Task task) {
        each(listener -> listener.succeeded(task));
    }

    @Override
    public void failed(Task task, Failure failure) {
        each(listener -> listener.failed(task, failure));
    }

    @Override
    public void unreported(Task task, Failure failure, String reason) {
        each(listener -> listener.unreported(task, failure, reason));
    }

    @Override
    public void cancelled(Task task) {
        each(listener -> listener.cancelled(task));
    }

    @Override
    public void stageBegan(String run, Stage stage) {
        each(listener -> listener.stageBegan(run, stage));
    }

    @Override
    public void stageEnded(String run, Stage stage, StageEnd end, Duration took) {
        each(listener -> listener.stageEnded(run, stage, end, took));
    }

    @Override
    public void noted(String run, RunNote note) {
        each(listener -> listener.noted(run, note));
    }

    @Override
    public void ended(EndedRun run) {
        each(listener -> listener.ended(run));
    }

    private void each(Consumer<RunListener> event) {
        for (RunListener listener : listeners) {
            try {
                event.accept(listener);
            } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
                log.error("The listener {} failed", listener.getClass().getName(), e);
            }
        }
    }
}
