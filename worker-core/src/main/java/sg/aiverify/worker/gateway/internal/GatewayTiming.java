package sg.aiverify.worker.gateway.internal;

import java.time.Duration;
import java.util.random.RandomGenerator;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.run.internal.Backoff;

/**
 * How long the client waits, and how often it tries again.
 *
 * @param connect to be connected
 * @param answer for an answer that costs the gateway little, and for each further piece of any answer
 * @param content for the first byte of a download, which the gateway reads into memory first, and for the answer to an
 *     upload, which it checks and stores first
 * @param trouble after lost connections and 5xx
 * @param uncommitted while a run is not known, since the task is queued before the gateway commits its row
 * @param doubt between questions whether a result is stored whose upload ended without an answer
 */
record GatewayTiming(
        Duration connect,
        Duration answer,
        Duration content,
        RetrySchedule trouble,
        RetrySchedule uncommitted,
        RetrySchedule doubt) {
    static GatewayTiming standard(Waiting waiting) {
        RandomGenerator random = RandomGenerator.getDefault();
        return new GatewayTiming(
                Duration.ofSeconds(5),
                Duration.ofSeconds(30),
                Duration.ofSeconds(300),
                RetrySchedule.until(
                        Duration.ofSeconds(10),
                        new Backoff(Duration.ofMillis(200), Duration.ofSeconds(3)),
                        random,
                        waiting),
                RetrySchedule.until(
                        Duration.ofSeconds(30),
                        new Backoff(Duration.ofMillis(50), Duration.ofSeconds(2)),
                        random,
                        waiting),
                RetrySchedule.until(
                        Duration.ofSeconds(20),
                        new Backoff(Duration.ofMillis(250), Duration.ofSeconds(4)),
                        random,
                        waiting));
    }
}
