package sg.aiverify.worker.pipelines.k8s.internal.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.failure.StageTimeoutException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.pipelines.k8s.internal.settings.PodTemplateFile;
import sg.aiverify.worker.pipelines.k8s.mock.PodStatuses;

class JobFailureTest {
    private static final Job RUNNING =
            new JobBuilder().withNewMetadata().endMetadata().build();

    private static Job failed(String reason, @Nullable String message) {
        return new JobBuilder(RUNNING)
                .withNewStatus()
                .addNewCondition()
                .withType("FailureTarget")
                .withStatus("True")
                .withReason("Announced")
                .endCondition()
                .addNewCondition()
                .withType("Failed")
                .withStatus("True")
                .withReason(reason)
                .withMessage(message)
                .endCondition()
                .endStatus()
                .build();
    }

    private static Pod pod(PodStatusBuilder status, boolean deleted) {
        return new PodBuilder()
                .withNewMetadata()
                .withDeletionTimestamp(deleted ? "2026-01-01T00:00:00Z" : null)
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName(PodTemplateFile.CONTAINER)
                .endContainer()
                .endSpec()
                .withStatus(status.build())
                .build();
    }

    private static StageException failure(Job job, @Nullable Pod pod, boolean jobGone, boolean podGone) {
        return JobFailure.of(new JobState(job, jobGone, pod, podGone), "last words", "; see the claim");
    }

    @Test
    void aDeadlineIsATimeoutWhateverThePodSays() {
        assertThat(failure(
                        failed("DeadlineExceeded", " was active too long "),
                        pod(PodStatuses.ended(137, "Error"), false),
                        false,
                        false))
                .isInstanceOf(StageTimeoutException.class)
                .hasMessage("Failed to run algorithm: its Job was stopped (DeadlineExceeded): was active too long\n"
                        + "last words");
    }

    @Test
    void thePodsOwnReasonComesBeforeThatOfTheJob() {
        assertThat(failure(
                        failed("BackoffLimitExceeded", null), pod(PodStatuses.ended(2, "Error"), false), false, false))
                .isExactlyInstanceOf(InfrastructureException.class)
                .hasMessage(
                        "Failed to run algorithm: its pod ended with exit code 2 (Error); see the claim\nlast words");
        assertThat(failure(
                        RUNNING,
                        pod(new PodStatusBuilder().withReason("Evicted").withMessage("exceeded its limit"), false),
                        false,
                        false))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("was evicted (Evicted): exceeded its limit\nlast words");
        assertThat(failure(RUNNING, pod(new PodStatusBuilder().withReason("DeadlineExceeded"), false), false, false))
                .isInstanceOf(StageTimeoutException.class)
                .hasMessageContaining("was stopped (DeadlineExceeded)\nlast words");
    }

    @Test
    void withoutAPodTheJobsReasonIsReported() {
        assertThat(failure(failed("BackoffLimitExceeded", null), null, false, false))
                .isExactlyInstanceOf(InfrastructureException.class)
                .hasMessage("Failed to run algorithm: its Job ended (BackoffLimitExceeded)\nlast words");
    }

    @Test
    void aDeletionByAnotherUserOrProgramIsReported() {
        Pod pod = pod(new PodStatusBuilder().withPhase("Running"), false);
        assertThat(failure(RUNNING, pod, false, true))
                .hasMessageContaining("its pod was deleted by another user or program");
        assertThat(failure(RUNNING, pod, true, true))
                .hasMessageContaining("its Job was deleted by another user or program");
        assertThat(failure(RUNNING, null, true, false))
                .hasMessageContaining("its Job was deleted by another user or program");
    }

    @Test
    void aRefusedUploadFailsTheTaskAndOtherUploadFailuresAreRetried() {
        assertThat(JobFailure.ofUpload(null).orElseThrow())
                .isExactlyInstanceOf(InfrastructureException.class)
                .hasMessageContaining("the pod did not report the outcome");
        assertThat(JobFailure.ofUpload(
                                JsonParser.parseString("{\"refused\": \"422\"}").getAsJsonObject())
                        .orElseThrow())
                .isInstanceOf(TaskFailedException.class)
                .hasMessage("422");
        assertThat(JobFailure.ofUpload(JsonParser.parseString("{\"failed\": [\"forged\"]}")
                                .getAsJsonObject())
                        .orElseThrow())
                .isExactlyInstanceOf(InfrastructureException.class)
                .hasMessage("[\"forged\"]");
        assertThat(JobFailure.ofUpload(
                        JsonParser.parseString("{\"stored\": true}").getAsJsonObject()))
                .isEmpty();
    }

    @Test
    void aStateShowsWhetherItsPodStartedEndedOrIsDeleted() {
        JobState none = new JobState(RUNNING, false, null, false);
        assertThat(none.isOver() || none.hasStarted() || none.podHasEnded() || none.isPodDeleted())
                .isFalse();
        JobState going = new JobState(RUNNING, false, pod(PodStatuses.ended(0, "Completed"), true), false);
        assertThat(going.isPodDeleted()).isTrue();
        assertThat(going.podHasEnded()).isFalse();
        assertThat(going.hasStarted()).isTrue();
        JobState over = new JobState(failed("x", null), false, pod(PodStatuses.ended(0, "Completed"), false), false);
        assertThat(over.isOver() && over.podHasEnded() && over.end().isPresent())
                .isTrue();
    }
}
