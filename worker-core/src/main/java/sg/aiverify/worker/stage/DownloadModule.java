package sg.aiverify.worker.stage;

import sg.aiverify.worker.run.RunContext;

/** Gets the algorithm, the model and the data of a run. */
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
