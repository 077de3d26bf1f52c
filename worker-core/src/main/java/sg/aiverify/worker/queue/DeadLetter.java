package sg.aiverify.worker.queue;

import static org.apiguardian.api.API.Status.STABLE;

import java.util.Objects;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.FailureKind;

/**
 * A delivery that must not be retried.
 *
 * @param delivery the delivery
 * @param kind the kind of the failure, which determines who must act
 * @param reason the reason, for the operator
 * @param runId the id of the test run; null if the payload contains none
 */
@API(status = STABLE, since = "1.0")
public record DeadLetter(
        Delivery delivery,
        FailureKind kind,
        String reason,
        @Nullable String runId) {
    public DeadLetter {
        Objects.requireNonNull(delivery, "delivery");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(reason, "reason");
    }
}
