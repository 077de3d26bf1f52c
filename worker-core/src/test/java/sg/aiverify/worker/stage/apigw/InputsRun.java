package sg.aiverify.worker.stage.apigw;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.run.CancellationSource;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.task.Task;

/** A run that only downloads. */
record InputsRun(Task task, Path workDirectory, CancellationSource source, Deque<AutoCloseable> resources)
        implements RunContext {
    InputsRun(Task task, Path workDirectory) {
        this(task, workDirectory, new CancellationSource(), new ArrayDeque<>());
    }

    @Override
    public int attempt() {
        return 1;
    }

    @Override
    public Cancellation cancellation() {
        return source;
    }

    @Override
    public void progress(int percent) {
        throw new AssertionError("a download makes no progress");
    }

    @Override
    public void closeAtEnd(AutoCloseable resource) {
        resources.push(resource);
    }

    void end() throws Exception {
        for (AutoCloseable resource : resources) {
            resource.close();
        }
    }
}
