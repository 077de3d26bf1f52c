package sg.aiverify.worker.queue.valkey.internal;

import java.time.Duration;

/**
 * How long the queue waits.
 *
 * @param look at least between two looks for expired leases, and at most for new tasks in one read, which cannot be
 *     interrupted
 * @param answer for an answer; longer than any command takes, reads that wait included
 */
record ValkeyTiming(Duration look, Duration answer) {
    static final ValkeyTiming STANDARD = new ValkeyTiming(Duration.ofMillis(500), Duration.ofSeconds(5));
}
