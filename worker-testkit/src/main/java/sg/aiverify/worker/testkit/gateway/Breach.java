package sg.aiverify.worker.testkit.gateway;

import static org.apiguardian.api.API.Status.STABLE;

import java.util.Objects;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Something that a correct worker does not do, whether the gateway let it pass or not.
 *
 * @param kind what it is
 * @param runId the run; null if none is named
 * @param detail what was seen
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
        /** A result for a run that has one already. */
        SECOND_UPLOAD,
        /** A result without a run's id. */
        RESULT_WITHOUT_RUN,
        /** A result that names a run which does not exist. */
        RESULT_FOR_UNKNOWN_RUN,
        /** A result whose algorithm, arguments or files are not those of the run it names. */
        RESULT_OF_ANOTHER_RUN,
        /** A result that the gateway refuses for its content. */
        INVALID_RESULT,
        /** A result that names a model or dataset which the gateway does not have, and so creates a row for it. */
        GHOST_ROW,
        /** A result that lists an artifact which is not in the zip. */
        MISSING_ARTIFACT,
        /** A zip with more than one results file. */
        SEVERAL_RESULTS,
        /** A success without a result. */
        SUCCESS_BY_PATCH,
        /** An end of a run that has ended already. */
        SECOND_END,
        /** A change of an ended run, by somebody who has been told before that it has ended. */
        PATCH_AFTER_REFUSAL,
        /** A progress below what was told before. */
        PROGRESS_WENT_DOWN,
        /** A change that the gateway refuses for its form: not JSON, wrong types, values out of range, no run's id. */
        MALFORMED_PATCH
    }
}
