package sg.aiverify.worker.engine;

import static org.apiguardian.api.API.Status.STABLE;

import java.util.Objects;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.stage.ResultArchive;

/** The end of a run. Use {@link #kind()} in a switch, so that the compiler reports a missing kind. */
@API(status = STABLE, since = "1.0")
public sealed interface Outcome {
    /** The kinds of ends, one for each sub-type. */
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
     * Returns the kind of this sub-type.
     *
     * @return the kind
     */
    Kind kind();

    /**
     * The run succeeded, and its result is stored.
     *
     * @param archive the result; its file is deleted with the run
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
     * @param failure the failure, with its reason and its kind, which determines who must act
     * @param unreported the reason why the error could not be reported, without secrets; null if the error was
     *     reported, or if its report has not ended
     */
    record Failed(Failure failure, @Nullable String unreported) implements Outcome {
        public Failed {
            Objects.requireNonNull(failure, "failure");
        }

        /**
         * Creates the outcome of a run whose error was reported, or whose report has not ended.
         *
         * @param failure the failure, with its reason and its kind, which determines who must act
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
     * The result of the run is not needed: the run is cancelled, already finished, or unknown at the gateway.
     *
     * @param reason a short text for the log that states which of these it is
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
     * The run was stopped without reporting a result or an error: another worker has taken over the run, or the run is
     * retried.
     *
     * @param reason the reason why the worker stopped the run; null if a module stopped it, or the thread was
     *     interrupted
     */
    record Stopped(@Nullable CancelReason reason) implements Outcome {
        /** Creates the outcome of a run that was stopped, but not by the worker. */
        public Stopped() {
            this(null);
        }

        @Override
        public Kind kind() {
            return Kind.STOPPED;
        }
    }
}
