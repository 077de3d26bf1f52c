package sg.aiverify.worker.engine;

import java.util.Optional;
import org.apache.logging.log4j.CloseableThreadContext;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.task.TaskParser;

/** Which run the lines of the log are about: each carries its id, so that no text has to. */
final class RunLog {
    private static final String KEY = "run";

    private RunLog() {}

    /** Finds the run of a delivery; empty if its task holds no id, or if it is no task at all. */
    static Optional<String> runId(Delivery delivery) {
        return delivery.flaw() == null ? TaskParser.findId(delivery.payload()) : Optional.empty();
    }

    /** Lets the lines of this thread carry an id until the result is closed. */
    static CloseableThreadContext.Instance of(String run) {
        return CloseableThreadContext.put(KEY, run);
    }

    /** Lets the lines of this thread carry the id of the delivery's run, or that of the entry where it has none. */
    static CloseableThreadContext.Instance of(Delivery delivery) {
        return of(runId(delivery).orElse(delivery.id()));
    }
}
