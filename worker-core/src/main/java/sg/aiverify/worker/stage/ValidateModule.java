package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.STABLE;

import com.google.gson.JsonObject;
import org.apiguardian.api.API;
import sg.aiverify.worker.run.RunContext;

/** Checks the arguments of a run. */
@API(status = STABLE, since = "1.0")
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
