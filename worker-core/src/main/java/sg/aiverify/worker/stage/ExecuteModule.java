package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;
import sg.aiverify.worker.run.RunContext;

/**
 * Runs algorithms.
 *
 * @param <E> the environment it runs them in
 */
@API(status = STABLE, since = "1.0")
public interface ExecuteModule<E extends Environment> extends StageModule {
    /**
     * Tells what this module runs algorithms in; the build module must prepare the same.
     *
     * @return the type of the environment
     */
    Class<E> environmentType();

    /**
     * Runs the algorithm to its end.
     *
     * @param execution what to run, on what and where
     * @param run the run
     * @return what the algorithm gave
     * @throws InterruptedException if the run is stopped
     */
    AlgorithmOutput execute(Execution<E> execution, RunContext run) throws InterruptedException;
}
