package sg.aiverify.worker.result.internal;

import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.task.ModelType;
import sg.aiverify.worker.task.Task;

/** The gateway's rules for results that can be checked before the run. */
public final class ResultRules {
    private ResultRules() {}

    /**
     * Refuses a task whose result the gateway cannot store, to avoid a useless run.
     *
     * @param task the task
     * @throws TaskFailedException if its result could not be stored; the message states the reason
     */
    public static void check(Task task) {
        if (task.modelType() == ModelType.UPLIFT) {
            throw new TaskFailedException("The gateway cannot store results of models of the type 'uplift'; the model"
                    + " of a test run must be of the type 'classification' or 'regression'");
        }
    }
}
