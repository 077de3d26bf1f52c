package sg.aiverify.worker.pipelines.k8s.internal.cleanup;

/** Protects an object of this worker from the cleanup, until this retention is closed. */
public interface Retention extends AutoCloseable {
    @Override
    void close();
}
