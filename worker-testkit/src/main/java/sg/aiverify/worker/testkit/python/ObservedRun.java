package sg.aiverify.worker.testkit.python;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.run.CancellationSource;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.task.Task;
import sg.aiverify.worker.task.TaskParser;

/** A run for tests of single stages: shows its progress and can be cancelled. Thread-safe. */
public final class ObservedRun implements RunContext, AutoCloseable {
    private static final Logger log = LogManager.getLogger(ObservedRun.class);

    private final Task task;
    private final int attempt;
    private final Path workDirectory;
    private final CancellationSource cancellation = new CancellationSource();
    private final List<Integer> progress = new CopyOnWriteArrayList<>();
    private final Deque<AutoCloseable> resources = new ArrayDeque<>();

    /**
     * Creates a run of some task, its first delivery.
     *
     * @param parent where to make its work directory
     */
    public ObservedRun(Path parent) {
        this(parent, 1);
    }

    /**
     * Creates a run of some task.
     *
     * @param parent where to make its work directory
     * @param attempt which delivery it is
     */
    public ObservedRun(Path parent, int attempt) {
        String id = UUID.randomUUID().toString();
        this.attempt = attempt;
        this.task = TaskParser.parse("""
                {"id": "%s", "mode": "upload", "algorithmGID": "sample", "algorithmCID": "sample_algorithm",
                 "algorithmArgs": {}, "modelFile": "model.sav", "modelType": "classification",
                 "testDataset": "data.sav"}""".formatted(id));
        try {
            this.workDirectory = Files.createDirectories(parent.toAbsolutePath().resolve("run-" + id));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
    public void progress(int percent) {
        progress.add(percent);
    }

    /**
     * Lists the progress so far.
     *
     * @return percentages in the order they came
     */
    public List<Integer> progress() {
        return List.copyOf(progress);
    }

    @Override
    public synchronized void closeAtEnd(AutoCloseable resource) {
        resources.push(resource);
    }

    @Override
    public synchronized void close() {
        while (!resources.isEmpty()) {
            try {
                resources.pop().close();
            } catch (Exception e) {
                log.warn("A resource of the run could not be closed", e);
            }
        }
    }
}
