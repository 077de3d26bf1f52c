package sg.aiverify.worker.pipeline;

/**
 * One stage's module at work. One instance serves all runs of a worker at once, so it is thread-safe.
 *
 * <p>Stages throw the sub-types of {@link sg.aiverify.worker.failure.StageException}; anything else that they throw
 * is reported as a failure that names the module.
 */
public interface Pipe extends AutoCloseable {
    /** Frees what the pipe holds; called once, when no run uses it any more. */
    @Override
    default void close() {}
}
