package sg.aiverify.worker.gateway.internal;

import java.time.Duration;
import java.util.random.RandomGenerator;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.run.internal.Backoff;

/**
 * The client's timeouts, and the pauses between its retries.
 *
 * @param connect the timeout for a connection
 * @param response the timeout for the response to a cheap request, and for each further part of any response
 * @param content the timeout for the first byte of a download and for the response to an upload; before these, the
 *     gateway reads the whole download into memory, or checks and stores the upload
 * @param retries the retries after lost connections and 5xx
 * @param uncommitted the retries while a run is unknown, since the gateway queues a task before it commits the run
 * @param doubt the requests for the status of a run whose upload ended without a response
 */
record GatewayTiming(
        Duration connect,
        Duration response,
        Duration content,
        RetrySchedule retries,
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
