package sg.aiverify.worker.pipeline;

import sg.aiverify.worker.result.ResultArchive;
import sg.aiverify.worker.run.RunContext;

/** Delivers the result of a run. */
public interface UploadPipe extends Pipe {
    /**
     * Delivers the result, once. Returns only when it is known to be stored.
     *
     * @param archive the result
     * @param run the run
     * @throws sg.aiverify.worker.failure.RunCancelledException if the run is no longer wanted
     * @throws InterruptedException if the run is stopped
     */
    void upload(ResultArchive archive, RunContext run) throws InterruptedException;
}
