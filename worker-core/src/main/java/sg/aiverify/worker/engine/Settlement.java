package sg.aiverify.worker.engine;

import sg.aiverify.worker.queue.DeadLetter;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.Retry;

/** The operation by which a delivery is settled with its queue. */
sealed interface Settlement {
    /**
     * The kinds of settlements, one for each sub-type. In a switch over the kinds, the compiler reports a missing one.
     */
    enum Kind {
        COMPLETE,
        HAND_BACK,
        RETRY_LATER,
        GIVE_UP,
        DROP
    }

    Kind kind();

    Delivery delivery();

    /** Returns whether the task becomes a dead letter. */
    default boolean isDeadLetter() {
        return switch (kind()) {
            case GIVE_UP -> true;
            case COMPLETE, HAND_BACK, RETRY_LATER, DROP -> false;
        };
    }

    record Complete(Delivery delivery) implements Settlement {
        @Override
        public Kind kind() {
            return Kind.COMPLETE;
        }
    }

    record HandBack(Delivery delivery) implements Settlement {
        @Override
        public Kind kind() {
            return Kind.HAND_BACK;
        }
    }

    record RetryLater(Retry retry) implements Settlement {
        @Override
        public Kind kind() {
            return Kind.RETRY_LATER;
        }

        @Override
        public Delivery delivery() {
            return retry.delivery();
        }
    }

    record GiveUp(DeadLetter deadLetter) implements Settlement {
        @Override
        public Kind kind() {
            return Kind.GIVE_UP;
        }

        @Override
        public Delivery delivery() {
            return deadLetter.delivery();
        }
    }

    /** Another worker has taken over the delivery: nothing is sent to the queue. */
    record Drop(Delivery delivery) implements Settlement {
        @Override
        public Kind kind() {
            return Kind.DROP;
        }
    }
}
