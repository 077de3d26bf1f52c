package sg.aiverify.worker.pipelines.k8s.internal.cleanup;

/** Keeps an object of this worker from being deleted by a cleanup until it is closed. */
public interface Retention extends AutoCloseable {
    @Override
    void close();
}
