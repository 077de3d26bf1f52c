package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;
import sg.aiverify.worker.algorithm.Algorithm;
import sg.aiverify.worker.run.RunContext;

/**
 * Prepares the environment that an algorithm runs in.
 *
 * @param <E> what it prepares
 */
@API(status = STABLE, since = "1.0")
public interface BuildModule<E extends Environment> extends StageModule {
    /**
     * Tells what this module prepares; the module of the next stages must take the same.
     *
     * @return the type of the environment
     */
    Class<E> environmentType();

    /**
     * Prepares the environment or finds it ready. What it returns stays in place until the run ends.
     *
     * @param algorithm what will run in it
     * @param run the run
     * @return the environment
     * @throws InterruptedException if the run is stopped
     */
    E build(Algorithm algorithm, RunContext run) throws InterruptedException;
}
