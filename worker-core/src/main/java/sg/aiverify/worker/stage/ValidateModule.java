package sg.aiverify.worker.stage;

import com.google.gson.JsonObject;
import sg.aiverify.worker.run.RunContext;

/** Checks the arguments of a run. */
public interface ValidateModule extends StageModule {
    /**
     * Checks the task's arguments and fills what is not given.
     *
     * @param inputs what was downloaded
     * @param run the run
     * @return the arguments to run with, datasets still by their {@code _dataset_:} names
     * @throws InterruptedException if the run is stopped
     */
    JsonObject validate(TestInputs inputs, RunContext run) throws InterruptedException;
}
