package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.failure.internal.Outage;
import sg.aiverify.worker.queue.TaskQueue;

/**
 * The state of the connection to the queue, as the receiver and the lease keeper last saw it. Logs when the worker is
 * ready, and when the queue becomes unavailable or available again. Thread-safe.
 */
final class QueueHealth {
    private static final Logger log = LogManager.getLogger(QueueHealth.class);

    private final TaskQueue queue;
    private final Outage outage;
    private final Client receiver = new Client();
    private final Client leases = new Client();
    private final AtomicBoolean connected = new AtomicBoolean();
    private final AtomicBoolean ready = new AtomicBoolean();
    private final AtomicLong responses = new AtomicLong();

    QueueHealth(TaskQueue queue) {
        this(queue, new Outage());
    }

    QueueHealth(TaskQueue queue, Outage outage) {
        this.queue = queue;
        this.outage = outage;
    }

    /** One user of the queue. Another user may see another state of the connection. */
    final class Client {
        private volatile @Nullable String problem;
        private volatile boolean heard;

        private Client() {}

        void responded() {
            responses.incrementAndGet();
            if (isGood()) {
                return;
            }
            problem = null;
            heard = true;
            if (problem().isEmpty()) {
                works();
            }
        }

        void failed(Throwable e) {
            String reason = Reason.of(e);
            problem = reason;
            if (outage.noteFailure(reason)) {
                log.warn("{}; retrying, runs in progress continue", reason);
            } else {
                log.debug("{}; retrying", reason);
            }
        }

        boolean isGood() {
            return heard && problem == null;
        }
    }

    private void works() {
        Optional<Duration> lasted = outage.end();
        boolean first = !connected.getAndSet(true);
        // Only a response to the receiver shows that tasks can be received.
        if (receiver.heard && !ready.getAndSet(true)) {
            log.info(
                    "Ready: receiving tasks from {}{}",
                    queue.address(),
                    lasted.map(time -> ", which was unavailable for " + RunLog.seconds(time))
                            .orElse(""));
        } else {
            lasted.ifPresent(time -> log.info(
                    "{} to {} after {}", first ? "Connected" : "Reconnected", queue.address(), RunLog.seconds(time)));
        }
    }

    Client receiver() {
        return receiver;
    }

    Client leases() {
        return leases;
    }

    /** Returns whether the queue has ever responded. */
    boolean hasResponded() {
        return responses() > 0;
    }

    /** Returns the number of responses of the queue. */
    long responses() {
        return responses.get();
    }

    /** Returns the current problem with the queue; empty if there is none. */
    Optional<String> problem() {
        String received = receiver.problem;
        return Optional.ofNullable(received == null ? leases.problem : received);
    }
}
