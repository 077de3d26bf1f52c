package sg.aiverify.worker.engine;

import java.util.Objects;
import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.pipeline.ResultArchive;
import sg.aiverify.worker.run.CancelReason;

/** How a run ended. */
public sealed interface Outcome {
    /**
     * The result is delivered.
     *
     * @param archive what was delivered; its file is gone with the run
     */
    record Succeeded(ResultArchive archive) implements Outcome {
        public Succeeded {
            Objects.requireNonNull(archive, "archive");
        }
    }

    /**
     * The run failed.
     *
     * @param failure why, and who must act
     */
    record Failed(Failure failure) implements Outcome {
        public Failed {
            Objects.requireNonNull(failure, "failure");
        }
    }

    /** The run is not wanted any more: cancelled, ended or unknown at the gateway. */
    record NotWanted() implements Outcome {}

    /**
     * The run was stopped without a verdict: it is another worker's now, or will be.
     *
     * @param reason why it was stopped
     */
    record Stopped(CancelReason reason) implements Outcome {
        public Stopped {
            Objects.requireNonNull(reason, "reason");
        }
    }
}
