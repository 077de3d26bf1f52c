package sg.aiverify.worker.report;

import java.util.List;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.task.Task;

/** Tells several reporters; what one throws is logged and keeps nothing from the others. Thread-safe. */
public final class Reporters implements TestRunReporter {
    private static final Logger log = LogManager.getLogger(Reporters.class);

    private final List<TestRunReporter> reporters;

    /**
     * Bundles reporters.
     *
     * @param reporters who is told, in this order
     */
    public Reporters(List<? extends TestRunReporter> reporters) {
        this.reporters = List.copyOf(reporters);
    }

    @Override
    public void started(Task task) {
        tell(reporter -> reporter.started(task));
    }

    @Override
    public void progress(Task task, int percent) {
        tell(reporter -> reporter.progress(task, percent));
    }

    @Override
    public void succeeded(Task task) {
        tell(reporter -> reporter.succeeded(task));
    }

    @Override
    public void failed(Task task, Failure failure) {
        tell(reporter -> reporter.failed(task, failure));
    }

    @Override
    public void unreported(Task task, Failure failure, String trouble) {
        tell(reporter -> reporter.unreported(task, failure, trouble));
    }

    @Override
    public void cancelled(Task task) {
        tell(reporter -> reporter.cancelled(task));
    }

    private void tell(Consumer<TestRunReporter> event) {
        for (TestRunReporter reporter : reporters) {
            try {
                event.accept(reporter);
            } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
                log.error("The reporter {} failed", reporter.getClass().getName(), e);
            }
        }
    }
}
