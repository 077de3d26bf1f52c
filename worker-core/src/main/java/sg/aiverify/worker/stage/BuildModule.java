package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;
import sg.aiverify.worker.algorithm.Algorithm;
import sg.aiverify.worker.run.RunContext;

/**
 * A module that prepares the environment in which an algorithm runs.
 *
 * @param <E> the type of the environment
 */
@API(status = STABLE, since = "1.0")
public interface BuildModule<E extends Environment> extends StageModule {
    /**
     * Returns the type of environment that this module prepares. The execute module must accept this type.
     *
     * @return the type of the environment
     */
    Class<E> environmentType();

    /**
     * Prepares the environment, or returns one that is already prepared. The environment exists until the run ends.
     *
     * @param algorithm the algorithm that will run in it
     * @param run the run
     * @return the environment
     * @throws InterruptedException if the run is stopped
     */
    E build(Algorithm algorithm, RunContext run) throws InterruptedException;
}
