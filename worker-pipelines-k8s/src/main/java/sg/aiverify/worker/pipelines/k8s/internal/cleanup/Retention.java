package sg.aiverify.worker.pipelines.k8s.internal.cleanup;

/** Prevents the deletion of an object of this worker by a cleanup, until it is closed. */
public interface Retention extends AutoCloseable {
    @Override
    void close();
}
