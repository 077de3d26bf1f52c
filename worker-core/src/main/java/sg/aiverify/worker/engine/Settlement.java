package sg.aiverify.worker.engine;

import sg.aiverify.worker.queue.DeadLetter;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.Retry;

/** How a delivery is settled with its queue. */
sealed interface Settlement {
    /** One for each sub-type, for switches that shall not compile while one is missing in them. */
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

    /** The delivery is another worker's now: nothing is done at the queue. */
    record Drop(Delivery delivery) implements Settlement {
        @Override
        public Kind kind() {
            return Kind.DROP;
        }
    }
}
