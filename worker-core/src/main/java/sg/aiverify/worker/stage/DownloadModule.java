package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;
import sg.aiverify.worker.run.RunContext;

/** A module that downloads the algorithm, the model and the data of a run. */
@API(status = STABLE, since = "1.0")
public interface DownloadModule extends StageModule {
    /**
     * Downloads all files of the task. The files exist until the run ends.
     *
     * @param run the run
     * @return the paths of the files
     * @throws InterruptedException if the run is stopped
     */
    TestInputs download(RunContext run) throws InterruptedException;
}
