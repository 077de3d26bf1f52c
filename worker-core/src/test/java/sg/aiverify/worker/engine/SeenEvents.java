package sg.aiverify.worker.engine;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.listener.RunListener;
import sg.aiverify.worker.task.Task;

/** Records the events of a listener. */
final class SeenEvents implements RunListener {
    final List<String> all = new CopyOnWriteArrayList<>();

    @Override
    public void started(Task task) {
        all.add("started");
    }

    @Override
    public void succeeded(Task task) {
        all.add("succeeded");
    }

    @Override
    public void failed(Task task, Failure failure) {
        all.add("failed");
    }

    @Override
    public void unreported(Task task, Failure failure, String problem) {
        all.add("unreported");
    }

    @Override
    public void cancelled(Task task) {
        all.add("cancelled");
    }
}
