package sg.aiverify.worker.engine;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.run.RunNote;
import sg.aiverify.worker.task.Task;

/** The run's context from its start to its end, and everything that ends with it. */
final class RunScope implements RunContext, AutoCloseable {
    private static final Logger log = LogManager.getLogger(RunScope.class);

    private final Task task;
    private final int attempt;
    private final Path workDirectory;
    private final Cancellation cancellation;
    private final ProgressRelay progress;
    private final Consumer<RunNote> notes;
    private final LeaseCheck lease;
    private final ServiceBreaker services;
    private final Deque<AutoCloseable> resources = new ArrayDeque<>();

    RunScope(
            Task task,
            int attempt,
            Path workDirectory,
            Cancellation cancellation,
            ProgressRelay progress,
            Consumer<RunNote> notes,
            LeaseCheck lease,
            ServiceBreaker services) {
        this.task = task;
        this.attempt = attempt;
        this.workDirectory = workDirectory;
        this.cancellation = cancellation;
        this.progress = progress;
        this.notes = notes;
        this.lease = lease;
        this.services = services;
        closeAtEnd(() -> RunDirectories.delete(workDirectory));
        closeAtEnd(progress);
    }

    @Override
    public Task task() {
        return task;
    }

    @Override
    public int attempt() {
        return attempt;
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
        notes.accept(note);
    }

    @Override
    public boolean confirm() {
        return switch (lease.confirm()) {
            case KEPT -> true;
            case GAINED -> false;
            case TAKEN, LOST ->
                throw new InfrastructureException("Another delivery of the test run is about to report");
        };
    }

    @Override
    public void serviceFails(String service, String trouble) {
        services.fails(service, trouble);
    }

    @Override
    public void serviceWorks(String service) {
        services.works(service);
    }

    /** Passes on only what exceeds the given percentage, which an earlier attempt has reached. */
    void progressFrom(int percent) {
        progress.from(percent);
    }

    /** Passes no progress on any more. */
    void endProgress() {
        progress.close();
    }

    @Override
    public void closeAtEnd(AutoCloseable resource) {
        synchronized (resources) {
            resources.push(resource);
        }
    }

    @Override
    public void close() {
        while (true) {
            AutoCloseable resource;
            synchronized (resources) {
                resource = resources.poll();
            }
            if (resource == null) {
                return;
            }
            try {
                resource.close();
            } catch (Exception e) {
                log.warn("Cleaning up after the run failed", e);
            }
        }
    }
}
