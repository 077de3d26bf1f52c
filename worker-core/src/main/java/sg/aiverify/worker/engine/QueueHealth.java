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
 * What those who talk to the queue last heard of it; logs when the worker is ready, when the queue is lost and when it is
 * back. Thread-safe.
 */
final class QueueHealth {
    private static final Logger log = LogManager.getLogger(QueueHealth.class);

    private final TaskQueue queue;
    private final Outage outage;
    private final Client receiver = new Client();
    private final Client leases = new Client();
    private final AtomicBoolean connected = new AtomicBoolean();
    private final AtomicBoolean ready = new AtomicBoolean();
    private final AtomicLong answers = new AtomicLong();

    QueueHealth(TaskQueue queue) {
        this(queue, new Outage());
    }

    QueueHealth(TaskQueue queue, Outage outage) {
        this.queue = queue;
        this.outage = outage;
    }

    /** One who talks to the queue again and again; others may fare differently. */
    final class Client {
        private volatile @Nullable String trouble;
        private volatile boolean heard;

        private Client() {}

        void answered() {
            answers.incrementAndGet();
            if (isGood()) {
                return;
            }
            trouble = null;
            heard = true;
            if (trouble().isEmpty()) {
                works();
            }
        }

        void failed(Throwable e) {
            String reason = Reason.of(e);
            trouble = reason;
            if (outage.noteFailure(reason)) {
                log.warn("{}; trying again, runs in progress continue", reason);
            } else {
                log.debug("{}; trying again", reason);
            }
        }

        boolean isGood() {
            return heard && trouble == null;
        }
    }

    private void works() {
        Optional<Duration> lasted = outage.end();
        boolean first = !connected.getAndSet(true);
        // An answer to another question does not show that tasks can be received.
        if (receiver.heard && !ready.getAndSet(true)) {
            log.info(
                    "Ready: takes tasks from {}{}",
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

    /** Returns whether the queue has ever answered. */
    boolean heard() {
        return answers() > 0;
    }

    /** Returns how often the queue has answered. */
    long answers() {
        return answers.get();
    }

    /** Returns what is wrong with it, if something is. */
    Optional<String> trouble() {
        String received = receiver.trouble;
        return Optional.ofNullable(received == null ? leases.trouble : received);
    }
}
