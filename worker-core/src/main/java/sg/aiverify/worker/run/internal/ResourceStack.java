package sg.aiverify.worker.run.internal;

import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/** Resources that are closed together, the last one first. Thread-safe. */
public final class ResourceStack implements AutoCloseable {
    private static final Logger log = LogManager.getLogger(ResourceStack.class);

    private final Deque<AutoCloseable> resources = new ArrayDeque<>();

    /** Creates an empty stack. */
    public ResourceStack() {}

    /**
     * Adds a resource.
     *
     * @param resource the resource
     */
    public void add(AutoCloseable resource) {
        synchronized (resources) {
            resources.push(resource);
        }
    }

    /** Closes all resources, including those that are added meanwhile. Logs exceptions. */
    @Override
    public void close() {
        closeAll(null);
    }

    /**
     * Closes all resources. Adds exceptions to a failure as suppressed exceptions.
     *
     * @param failure the failure because of which the resources are closed
     */
    public void closeAfter(Throwable failure) {
        closeAll(failure);
    }

    private void closeAll(@Nullable Throwable failure) {
        for (AutoCloseable resource = poll(); resource != null; resource = poll()) {
            try {
                resource.close();
            } catch (Exception e) {
                if (failure == null) {
                    log.warn("Could not close {}", resource.getClass().getName(), e);
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
    }

    private @Nullable AutoCloseable poll() {
        synchronized (resources) {
            return resources.poll();
        }
    }
}
