package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.STABLE;

import com.google.gson.JsonObject;
import org.apiguardian.api.API;
import sg.aiverify.worker.run.RunContext;

/** A module that checks the arguments of a run. */
@API(status = STABLE, since = "1.0")
public interface ValidateModule extends StageModule {
    /**
     * Checks the task's arguments, and adds defaults for the missing ones.
     *
     * @param inputs the downloaded files
     * @param run the run
     * @return the arguments for the algorithm; datasets still have their {@code _dataset_:} names
     * @throws InterruptedException if the run is stopped
     */
    JsonObject validate(TestInputs inputs, RunContext run) throws InterruptedException;
}
