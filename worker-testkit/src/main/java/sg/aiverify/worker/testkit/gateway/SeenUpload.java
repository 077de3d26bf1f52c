package sg.aiverify.worker.testkit.gateway;

import java.time.Instant;
import sg.aiverify.worker.gateway.RunStatus;

/**
 * A result that was uploaded for a run and passed the gateway's rules.
 *
 * @param at when
 * @param before the run's status before
 * @param resultId the stored result's number
 */
public record SeenUpload(Instant at, RunStatus before, int resultId) {}
