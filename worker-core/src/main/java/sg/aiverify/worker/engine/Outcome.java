package sg.aiverify.worker.engine;

import static org.apiguardian.api.API.Status.STABLE;

import java.util.Objects;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.stage.ResultArchive;

/** How a run ended. Its {@link #kind()} is for switches that shall not compile while a kind is missing in them. */
@API(status = STABLE, since = "1.0")
public sealed interface Outcome {
    /** The ways in which a run can end, one for each sub-type. */
    enum Kind {
        /** {@link Outcome.Succeeded}. */
        SUCCEEDED,
        /** {@link Outcome.Failed}. */
        FAILED,
        /** {@link Outcome.NotNeeded}. */
        NOT_NEEDED,
        /** {@link Outcome.Stopped}. */
        STOPPED
    }

    /**
     * Returns which sub-type this is.
     *
     * @return its kind
     */
    Kind kind();

    /**
     * The result is delivered.
     *
     * @param archive what was delivered; its file is gone with the run
     */
    record Succeeded(ResultArchive archive) implements Outcome {
        public Succeeded {
            Objects.requireNonNull(archive, "archive");
        }

        @Override
        public Kind kind() {
            return Kind.SUCCEEDED;
        }
    }

    /**
     * The run failed.
     *
     * @param failure why, and who must act
     * @param unreported why the error could not be reported, without secrets; null if it was, or is still to be
     */
    record Failed(Failure failure, @Nullable String unreported) implements Outcome {
        public Failed {
            Objects.requireNonNull(failure, "failure");
        }

        /**
         * Creates the outcome of a run whose error is reported, or is still to be.
         *
         * @param failure why, and who must act
         */
        public Failed(Failure failure) {
            this(failure, null);
        }

        @Override
        public Kind kind() {
            return Kind.FAILED;
        }
    }

    /**
     * The run is not wanted any more: cancelled, ended or unknown at the gateway.
     *
     * @param reason which of these, in some words for the log
     */
    record NotNeeded(String reason) implements Outcome {
        public NotNeeded {
            Objects.requireNonNull(reason, "reason");
        }

        @Override
        public Kind kind() {
            return Kind.NOT_NEEDED;
        }
    }

    /**
     * The run was stopped, and neither a result nor an error is reported: it is another worker's now, or is tried again.
     *
     * @param reason why the worker stopped it; null if it was not the worker, but a module or who interrupted the thread
     */
    record Stopped(@Nullable CancelReason reason) implements Outcome {
        /** Creates the outcome of a run that the worker has not stopped. */
        public Stopped() {
            this(null);
        }

        @Override
        public Kind kind() {
            return Kind.STOPPED;
        }
    }
}
