package sg.aiverify.worker.engine;

import java.time.Duration;
import sg.aiverify.worker.run.Cancellation;

/** Lets time pass for a run that waits to try something again. */
@FunctionalInterface
interface Waiting {
    /** Waits, but not longer than the run may go on. */
    void pass(Cancellation cancellation, Duration duration);
}
