package sg.aiverify.worker.engine;

import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.listener.RunEnd;

/**
 * The end of an attempt, in the form that each of its three readers needs.
 *
 * @param end for listeners
 * @param settlement for the queue; ignored if no queue has delivered the task
 * @param outcome for the caller of a run in process
 */
record Conclusion(RunEnd end, Settlement settlement, Outcome outcome) {
    @Nullable Failure failure() {
        return outcome.kind() == Outcome.Kind.FAILED ? ((Outcome.Failed) outcome).failure() : null;
    }
}
