package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.Outage;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.queue.TaskQueue;

/** What those who talk to the queue last heard of it; logs when it is lost and when it is back. Thread-safe. */
final class QueueHealth {
    private static final Logger log = LogManager.getLogger(QueueHealth.class);

    private final TaskQueue queue;
    private final Outage outage;
    private final Client receiver = new Client();
    private final Client leases = new Client();
    private final AtomicBoolean connected = new AtomicBoolean();
    private volatile boolean heard;

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

        private Client() {}

        void answered() {
            if (isGood()) {
                return;
            }
            trouble = null;
            heard = true;
            if (trouble().isEmpty()) {
                boolean first = !connected.getAndSet(true);
                outage.end().ifPresent(lasted -> back(first, lasted));
            }
        }

        void failed(Throwable e) {
            String reason = Reason.of(e);
            trouble = reason;
            if (outage.isNews(reason)) {
                log.warn("{}; trying again until it answers, runs in progress continue", reason);
            } else {
                log.debug("{}; trying again", reason);
            }
        }

        boolean isGood() {
            return heard && trouble == null;
        }
    }

    private void back(boolean first, Duration lasted) {
        log.info("{} to {} after {}", first ? "Connected" : "Reconnected", queue.address(), RunLog.seconds(lasted));
    }

    Client receiver() {
        return receiver;
    }

    Client leases() {
        return leases;
    }

    /** Returns whether the queue has ever answered. */
    boolean heard() {
        return heard;
    }

    /** Returns what is wrong with it, if something is. */
    Optional<String> trouble() {
        String received = receiver.trouble;
        return Optional.ofNullable(received == null ? leases.trouble : received);
    }
}
