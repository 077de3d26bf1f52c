package sg.aiverify.worker.engine;

import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.listener.RunEnd;

/**
 * The end of an attempt, in three forms.
 *
 * @param end the form for listeners
 * @param settlement the form for the queue; ignored if the task was not delivered by a queue
 * @param outcome the form for the caller of a run in process
 */
record Conclusion(RunEnd end, Settlement settlement, Outcome outcome) {
    @Nullable Failure failure() {
        return outcome.kind() == Outcome.Kind.FAILED ? ((Outcome.Failed) outcome).failure() : null;
    }
}
