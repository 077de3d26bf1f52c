package sg.aiverify.worker.pipelines.k8s;

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

/** Says in one sentence, with Kubernetes' own reason, why a Job ended without a word from the algorithm. */
final class JobTrouble {
    private JobTrouble() {}

    /**
     * Gives the reason.
     *
     * @param view what was seen last
     * @param errors the end of its standard error
     * @param hint what to say where the container ended before it could write anything; empty where it has
     * @return the exception to throw
     */
    static StageException of(JobWatch.View view, String errors, String hint) {
        Optional<JobCondition> end = view.end();
        if (end.isPresent() && "DeadlineExceeded".equals(end.get().getReason())) {
            return new StageTimeoutException(FailureText.withOutput(sentence("was stopped", end.get()), errors));
        }
        Optional<StageException> ofPod = Optional.ofNullable(view.pod()).flatMap(PodTrouble::ofEnd);
        if (ofPod.isPresent()) {
            return withMore(ofPod.get(), hint, errors);
        }
        if (end.isPresent()) {
            return withMore(new InfrastructureException(sentence("ended", end.get())), hint, errors);
        }
        return view.isPodDeleted() && !view.isGone() ? PodTrouble.gone() : gone();
    }

    /** Says that the Job was deleted, but not by this worker. */
    static StageException gone() {
        return new InfrastructureException("Failed to run algorithm: its Job was deleted by somebody else (Deleted)");
    }

    /** Says what became of the pod's own upload, if that is a failure. */
    static Optional<StageException> ofUpload(@Nullable JsonObject upload) {
        if (upload == null) {
            return Optional.of(new InfrastructureException("Upload failed: the pod does not tell what became of it"));
        }
        JsonElement refused = upload.get("refused");
        if (refused != null) {
            return Optional.of(new TaskFailedException(FailureText.printable(words(refused))));
        }
        JsonElement failed = upload.get("failed");
        return failed == null
                ? Optional.empty()
                : Optional.of(new InfrastructureException(FailureText.printable(words(failed))));
    }

    /** Gives the text; what a pod tells is foreign data, and may be anything. */
    private static String words(JsonElement told) {
        return told.isJsonPrimitive() ? told.getAsString() : told.toString();
    }

    private static StageException withMore(StageException trouble, String hint, String errors) {
        String said = String.valueOf(trouble.getMessage());
        String text = FailureText.withOutput(said.contains("ended with exit code") ? said + hint : said, errors);
        return trouble instanceof TaskFailedException
                ? new TaskFailedException(text, trouble)
                : trouble instanceof StageTimeoutException
                        ? new StageTimeoutException(text, trouble)
                        : new InfrastructureException(text, trouble);
    }

    private static String sentence(String what, JobCondition condition) {
        String message = condition.getMessage() == null
                ? ""
                : ": " + condition.getMessage().strip();
        return "Failed to run algorithm: its Job " + what + " (" + condition.getReason() + ")" + message;
    }
}
