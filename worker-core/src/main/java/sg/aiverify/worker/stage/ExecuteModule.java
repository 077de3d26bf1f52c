package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;
import sg.aiverify.worker.run.RunContext;

/**
 * A module that runs algorithms.
 *
 * @param <E> the type of the environment in which the module runs algorithms
 */
@API(status = STABLE, since = "1.0")
public interface ExecuteModule<E extends Environment> extends StageModule {
    /**
     * Returns the type of environment in which this module runs algorithms. The build module must prepare this type.
     *
     * @return the type of the environment
     */
    Class<E> environmentType();

    /**
     * Runs the algorithm and waits until it has ended.
     *
     * @param execution the algorithm, and its inputs, environment and arguments
     * @param run the run
     * @return the output of the algorithm
     * @throws InterruptedException if the run is stopped
     */
    AlgorithmOutput execute(Execution<E> execution, RunContext run) throws InterruptedException;
}
