package sg.aiverify.worker.result.internal;

import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.task.ModelType;
import sg.aiverify.worker.task.Task;

/** What the gateway asks of a result that can be known before anything runs. */
public final class ResultRules {
    private ResultRules() {}

    /**
     * Refuses a task whose result the gateway could never store, so that nothing is computed in vain.
     *
     * @param task what is to be done
     * @throws TaskFailedException if its result could not be stored, saying why
     */
    public static void check(Task task) {
        if (task.modelType() == ModelType.UPLIFT) {
            throw new TaskFailedException("The gateway stores no results of models of the type 'uplift'; the model of a"
                    + " test run must be of the type 'classification' or 'regression'");
        }
    }
}
