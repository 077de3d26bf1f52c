package sg.aiverify.worker.engine;

import java.nio.file.Path;
import sg.aiverify.worker.listener.RunListener;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.run.RunNote;
import sg.aiverify.worker.run.internal.ResourceStack;
import sg.aiverify.worker.task.Task;

/**
 * The context that the stages of an attempt share. Closing the context closes its registered resources. Thread-safe.
 */
final class AttemptContext implements RunContext, AutoCloseable {
    private final Task task;
    private final int number;
    private final Path workDirectory;
    private final Cancellation cancellation;
    private final ReportRightCheck reportRight;
    private final ProgressRelay progress;
    private final RunListener listeners;
    private final ServiceBreaker breaker;
    private final ResourceStack resources = new ResourceStack();

    AttemptContext(
            Attempt attempt,
            Path workDirectory,
            ProgressRelay progress,
            RunListener listeners,
            ServiceBreaker breaker) {
        this.task = attempt.task();
        this.number = attempt.number();
        this.cancellation = attempt.stop().phase();
        this.reportRight = attempt.reportRight();
        this.workDirectory = workDirectory;
        this.progress = progress;
        this.listeners = listeners;
        this.breaker = breaker;
        closeAtEnd(() -> RunDirectories.delete(workDirectory));
        closeAtEnd(progress);
    }

    @Override
    public Task task() {
        return task;
    }

    @Override
    public int attempt() {
        return number;
    }

    @Override
    public Path workDirectory() {
        return workDirectory;
    }

    @Override
    public Cancellation cancellation() {
        return cancellation;
    }

    @Override
    public void progress(int percent) {
        progress.progress(percent);
    }

    @Override
    public void note(RunNote note) {
        RunLog.note(task.id(), note);
        listeners.noted(task.id(), note);
    }

    @Override
    public boolean confirm() {
        return reportRight.require();
    }

    @Override
    public void serviceFails(String service, String problem) {
        breaker.fails(service, problem);
    }

    @Override
    public void serviceWorks(String service) {
        breaker.works(service);
    }

    /** Reports from now on only progress above the given percentage, which an earlier attempt has reached. */
    void progressFrom(int percent) {
        progress.from(percent);
    }

    /** Reports no further progress. */
    void endProgress() {
        progress.close();
    }

    @Override
    public void closeAtEnd(AutoCloseable resource) {
        resources.add(resource);
    }

    @Override
    public void close() {
        resources.close();
    }
}
