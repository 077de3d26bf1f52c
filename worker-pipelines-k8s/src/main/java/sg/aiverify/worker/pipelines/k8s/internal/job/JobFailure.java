package sg.aiverify.worker.pipelines.k8s.internal.job;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.failure.StageTimeoutException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.pipelines.k8s.internal.pod.PodFailure;

/** Explains why a Job ended without a report of job.py, in one sentence with the reason that Kubernetes reports. */
final class JobFailure {
    private JobFailure() {}

    /**
     * Returns the failure of a Job that ended without a report of job.py.
     *
     * @param state the latest state of the Job
     * @param errors the end of the run's standard error
     * @param hint a possible cause, added if the container ended with an exit code; may be empty
     * @return the exception to throw
     */
    static StageException of(JobState state, String errors, String hint) {
        Optional<JobCondition> end = state.end();
        if (end.isPresent() && "DeadlineExceeded".equals(end.get().getReason())) {
            return new StageTimeoutException(FailureText.withOutput(sentence("was stopped", end.get()), errors));
        }
        Optional<StageException> ofPod = Optional.ofNullable(state.pod()).flatMap(PodFailure::ofEnd);
        if (ofPod.isPresent()) {
            return withMore(ofPod.get(), hint, errors);
        }
        if (end.isPresent()) {
            return withMore(new InfrastructureException(sentence("ended", end.get())), hint, errors);
        }
        return state.isPodDeleted() && !state.isGone() ? PodFailure.gone() : gone();
    }

    /** Returns the failure of a Job that another user or program deleted. */
    static StageException gone() {
        return new InfrastructureException(
                "Failed to run algorithm: its Job was deleted by another user or program (Deleted)");
    }

    /** Returns the failure of the pod's own upload; empty if the upload succeeded or was not needed. */
    static Optional<StageException> ofUpload(@Nullable JsonObject upload) {
        if (upload == null) {
            return Optional.of(
                    new InfrastructureException("Upload failed: the pod did not report the outcome of its upload"));
        }
        JsonElement refused = upload.get("refused");
        if (refused != null) {
            return Optional.of(new TaskFailedException(FailureText.printable(text(refused))));
        }
        JsonElement failed = upload.get("failed");
        return failed == null
                ? Optional.empty()
                : Optional.of(new InfrastructureException(FailureText.printable(text(failed))));
    }

    /** Returns a value of a report as text; the value may be any JSON. */
    private static String text(JsonElement reported) {
        return reported.isJsonPrimitive() ? reported.getAsString() : reported.toString();
    }

    private static StageException withMore(StageException failure, String hint, String errors) {
        String message = String.valueOf(failure.getMessage());
        String text =
                FailureText.withOutput(message.contains("ended with exit code") ? message + hint : message, errors);
        return failure instanceof TaskFailedException
                ? new TaskFailedException(text, failure)
                : failure instanceof StageTimeoutException
                        ? new StageTimeoutException(text, failure)
                        : new InfrastructureException(text, failure);
    }

    private static String sentence(String what, JobCondition condition) {
        String message = condition.getMessage() == null
                ? ""
                : ": " + condition.getMessage().strip();
        return "Failed to run algorithm: its Job " + what + " (" + condition.getReason() + ")" + message;
    }
}
