package sg.aiverify.worker.testkit.gateway;

import static org.apiguardian.api.API.Status.STABLE;

import java.util.Objects;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * An action that a correct worker does not take, whether the gateway accepted it or not.
 *
 * @param kind the kind of breach
 * @param runId the run's id; null if the request contains none
 * @param detail a description of the action
 */
@API(status = STABLE, since = "1.0")
public record Breach(Kind kind, @Nullable String runId, String detail) {
    public Breach {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(detail, "detail");
    }

    /** The kinds of breaches. */
    public enum Kind {
        /** A result for a run that is not pending. */
        UPLOAD_FOR_ENDED_RUN,
        /** A result for a run that already has a result. */
        SECOND_UPLOAD,
        /** A result without a run's id. */
        RESULT_WITHOUT_RUN,
        /** A result for a run that does not exist. */
        RESULT_FOR_UNKNOWN_RUN,
        /** A result whose algorithm, arguments or files differ from those of its run. */
        RESULT_OF_ANOTHER_RUN,
        /** A result that the gateway rejects for its content. */
        INVALID_RESULT,
        /** A result with a model or dataset that the gateway does not know, for which it creates a row. */
        GHOST_ROW,
        /** A result that lists an artifact that is not in the zip. */
        MISSING_ARTIFACT,
        /** A zip with more than one results file. */
        SEVERAL_RESULTS,
        /** A success that is reported without a result. */
        SUCCESS_BY_PATCH,
        /** An end status for a run that has already ended. */
        SECOND_END,
        /** A change of an ended run after an earlier response said that the run has ended. */
        PATCH_AFTER_REFUSAL,
        /** A progress that is below an earlier progress. */
        PROGRESS_WENT_DOWN,
        /** A change that the gateway rejects for its form: not JSON, wrong types, values out of range, no run's id. */
        MALFORMED_PATCH
    }
}
