package sg.aiverify.worker;

import java.util.ArrayDeque;
import java.util.Deque;

/** What was opened for a worker, to be closed if there will be none. Not thread-safe. */
final class Opened {
    private final Deque<AutoCloseable> resources = new ArrayDeque<>();

    void add(AutoCloseable resource) {
        resources.push(resource);
    }

    /** Closes all, the last one first; what that throws is added to the failure. */
    void closeAll(RuntimeException failure) {
        for (AutoCloseable resource : resources) {
            try {
                resource.close();
            } catch (Exception e) {
                failure.addSuppressed(e);
            }
        }
    }
}
