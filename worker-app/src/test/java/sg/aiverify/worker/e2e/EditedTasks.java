package sg.aiverify.worker.e2e;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import sg.aiverify.worker.testkit.gateway.TaskSink;

/** Changes a task before it is added to the queue, to one that a correct gateway would not write. */
final class EditedTasks implements TaskSink {
    private final TaskSink queue;
    private final AtomicReference<UnaryOperator<String>> edit = new AtomicReference<>(UnaryOperator.identity());

    EditedTasks(TaskSink queue) {
        this.queue = queue;
    }

    /** Changes the next task. */
    void next(UnaryOperator<String> change) {
        edit.set(change);
    }

    @Override
    public String add(String taskJson) {
        return queue.add(edit.getAndSet(UnaryOperator.identity()).apply(taskJson));
    }

    @Override
    public void delete(String id) {
        queue.delete(id);
    }
}
