package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;
import sg.aiverify.worker.run.RunContext;

/** Gets the algorithm, the model and the data of a run. */
@API(status = STABLE, since = "1.0")
public interface DownloadModule extends StageModule {
    /**
     * Gets everything the task names. What it returns stays in place until the run ends.
     *
     * @param run the run
     * @return where everything is
     * @throws InterruptedException if the run is stopped
     */
    TestInputs download(RunContext run) throws InterruptedException;
}
