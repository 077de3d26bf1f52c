package sg.aiverify.worker.engine;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.Reason;

/** What those who talk to the queue last heard of it. Thread-safe. */
final class QueueContact {
    private final Line receiver = new Line();
    private final Line leases = new Line();
    private volatile boolean heard;

    /** One who talks to the queue again and again; others may fare differently. */
    final class Line {
        private volatile @Nullable String trouble;

        private Line() {}

        void answered() {
            trouble = null;
            heard = true;
        }

        void failed(Throwable e) {
            trouble = Reason.of(e);
        }

        boolean isGood() {
            return heard && trouble == null;
        }
    }

    Line receiver() {
        return receiver;
    }

    Line leases() {
        return leases;
    }

    /** Tells whether the queue has ever answered. */
    boolean heard() {
        return heard;
    }

    /** Gives what is wrong with it, if something is. */
    Optional<String> trouble() {
        String told = receiver.trouble;
        return Optional.ofNullable(told == null ? leases.trouble : told);
    }
}
