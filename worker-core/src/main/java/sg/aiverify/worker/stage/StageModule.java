package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;
import static org.apiguardian.api.API.Status.STABLE;

import java.util.List;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * One stage's module at work. One instance serves all runs of a worker at once, so it is thread-safe.
 *
 * <p>Stages throw the sub-types of {@link sg.aiverify.worker.failure.StageException}; anything else that they throw
 * is reported as a failure that names the module.
 */
@API(status = STABLE, since = "1.0")
public interface StageModule extends AutoCloseable {
    /**
     * Looks whether what the module needs beside its settings can be reached now. For whoever examines a worker: takes
     * seconds at most, changes nothing.
     *
     * @return a sentence for each thing that is missing; empty if a run would find everything
     */
    default List<String> problems() {
        return List.of();
    }

    /**
     * Says how the algorithms that it runs are isolated. Told once when a worker starts, and to whoever examines it.
     *
     * @return what is in force and what is not; empty if it runs none, or says it elsewhere
     */
    @API(status = EXPERIMENTAL, since = "1.0")
    default Optional<IsolationNote> isolation() {
        return Optional.empty();
    }

    /**
     * Logs what the module works with. Called once when a worker starts to take tasks, so that a start which ends over
     * wrong settings logs nothing of it.
     */
    default void starting() {}

    /** Frees what the module holds; called once, when no run uses it any more. */
    @Override
    default void close() {}
}
