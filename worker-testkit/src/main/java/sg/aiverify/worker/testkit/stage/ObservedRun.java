package sg.aiverify.worker.testkit.stage;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apiguardian.api.API;
import sg.aiverify.worker.files.internal.DirectoryTree;
import sg.aiverify.worker.run.CancellationSource;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.run.RunNote;
import sg.aiverify.worker.task.Task;
import sg.aiverify.worker.task.TaskParser;

/** A run of a task for tests. A test can read the progress of the run and cancel it. Thread-safe. */
@API(status = EXPERIMENTAL, since = "1.0")
public final class ObservedRun implements RunContext, AutoCloseable {
    private static final Logger log = LogManager.getLogger(ObservedRun.class);

    private final Task task;
    private final int attempt;
    private final Path workDirectory;
    private final CancellationSource cancellation = new CancellationSource();
    private final List<Integer> progress = new ArrayList<>();
    private final List<RunNote> notes = new ArrayList<>();
    private final Deque<AutoCloseable> resources = new ArrayDeque<>();

    /**
     * Creates a run of a sample task, as its first delivery attempt.
     *
     * @param parent the directory in which its work directory is created
     */
    public ObservedRun(Path parent) {
        this(parent, 1);
    }

    /**
     * Creates a run of a sample task.
     *
     * @param parent the directory in which its work directory is created
     * @param attempt the number of the delivery attempt
     */
    public ObservedRun(Path parent, int attempt) {
        this(parent, attempt, someTask());
    }

    /**
     * Creates a run of a given task, such as another delivery of an earlier task.
     *
     * @param parent the directory in which its work directory is created
     * @param attempt the number of the delivery attempt
     * @param task the task
     */
    public ObservedRun(Path parent, int attempt, Task task) {
        this.attempt = attempt;
        this.task = task;
        try {
            this.workDirectory =
                    Files.createDirectories(parent.toAbsolutePath().resolve("run-" + task.id() + "-" + attempt));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        closeAtEnd(() -> DirectoryTree.delete(workDirectory));
    }

    private static Task someTask() {
        return TaskParser.parse("""
                {"id": "%s", "mode": "upload", "algorithmGID": "sample", "algorithmCID": "sample_algorithm",
                 "algorithmArgs": {}, "modelFile": "model.sav", "modelType": "classification",
                 "testDataset": "data.sav"}""".formatted(UUID.randomUUID()));
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
    public CancellationSource cancellation() {
        return cancellation;
    }

    @Override
    public synchronized void progress(int percent) {
        progress.add(percent);
        notifyAll();
    }

    /**
     * Lists the progress so far.
     *
     * @return the percentages, in order
     */
    public synchronized List<Integer> progress() {
        return List.copyOf(progress);
    }

    @Override
    public synchronized void note(RunNote note) {
        notes.add(note);
    }

    /**
     * Lists the notes so far.
     *
     * @return the notes, in order
     */
    public synchronized List<RunNote> notes() {
        return List.copyOf(notes);
    }

    /**
     * Waits for the first progress.
     *
     * @param patience the timeout
     * @throws IllegalStateException if there is no progress within the timeout
     * @throws InterruptedException if the thread is interrupted
     */
    public synchronized void awaitProgress(Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (progress.isEmpty()) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                throw new IllegalStateException("no progress within " + patience);
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    @Override
    public synchronized void closeAtEnd(AutoCloseable resource) {
        resources.push(resource);
    }

    /** Ends the run: closes its resources, and deletes its work directory. */
    @Override
    public synchronized void close() {
        while (!resources.isEmpty()) {
            try {
                resources.pop().close();
            } catch (Exception e) {
                log.warn("Could not close a resource of the run", e);
            }
        }
    }
}
