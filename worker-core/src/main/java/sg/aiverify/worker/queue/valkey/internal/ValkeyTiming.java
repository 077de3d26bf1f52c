package sg.aiverify.worker.queue.valkey.internal;

import java.time.Duration;

/**
 * The intervals and time limits of the queue.
 *
 * @param check the shortest time between two checks for expired leases, and the longest time of a blocking read, which
 *     cannot be interrupted
 * @param response the longest time to wait for a response; longer than any command takes, including blocking reads
 */
record ValkeyTiming(Duration check, Duration response) {
    static final ValkeyTiming STANDARD = new ValkeyTiming(Duration.ofMillis(500), Duration.ofSeconds(5));
}
