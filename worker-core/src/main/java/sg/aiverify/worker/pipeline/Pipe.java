package sg.aiverify.worker.pipeline;

import java.util.List;

/**
 * One stage's module at work. One instance serves all runs of a worker at once, so it is thread-safe.
 *
 * <p>Stages throw the sub-types of {@link sg.aiverify.worker.failure.StageException}; anything else that they throw
 * is reported as a failure that names the module.
 */
public interface Pipe extends AutoCloseable {
    /**
     * Looks whether what the pipe needs beside its settings can be reached now. For whoever examines a worker: takes
     * seconds at most, changes nothing.
     *
     * @return a sentence for each thing that is missing; empty if a run would find everything
     */
    default List<String> troubles() {
        return List.of();
    }

    /** Frees what the pipe holds; called once, when no run uses it any more. */
    @Override
    default void close() {}
}
