package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;
import static org.apiguardian.api.API.Status.STABLE;

import java.util.List;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * The module of a stage. One instance serves all runs of a worker at the same time, so it must be thread-safe.
 *
 * <p>Modules throw sub-types of {@link sg.aiverify.worker.failure.StageException}. Any other exception is reported as
 * an unexpected failure of the module.
 */
@API(status = STABLE, since = "1.0")
public interface StageModule extends AutoCloseable {
    /**
     * Checks whether the services and programs that the module needs are available now. This is called to diagnose a
     * worker. It takes a few seconds at most, and changes nothing.
     *
     * @return a sentence for each problem; empty if there is no problem
     */
    default List<String> problems() {
        return List.of();
    }

    /**
     * Returns how the module isolates the algorithms that it runs. The worker logs the isolation once at its start, and
     * shows it in its diagnosis.
     *
     * @return the isolation; empty if the module runs no algorithms, or reports their isolation elsewhere
     */
    @API(status = EXPERIMENTAL, since = "1.0")
    default Optional<IsolationNote> isolation() {
        return Optional.empty();
    }

    /**
     * Logs the programs and services that the module uses. Called once, when the worker begins to receive tasks. Not
     * called if the start fails because of wrong settings.
     */
    default void starting() {}

    /** Releases the module's resources. Called once, when no run uses the module any more. */
    @Override
    default void close() {}
}
