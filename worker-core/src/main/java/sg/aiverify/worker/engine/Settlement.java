package sg.aiverify.worker.engine;

import sg.aiverify.worker.queue.DeadLetter;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.Retry;

/** What the queue is to be told of a delivery. */
sealed interface Settlement {
    Delivery delivery();

    record Complete(Delivery delivery) implements Settlement {}

    record HandBack(Delivery delivery) implements Settlement {}

    record RetryLater(Retry retry) implements Settlement {
        @Override
        public Delivery delivery() {
            return retry.delivery();
        }
    }

    record GiveUp(DeadLetter deadLetter) implements Settlement {
        @Override
        public Delivery delivery() {
            return deadLetter.delivery();
        }
    }

    /** The delivery is another worker's now: the queue is told nothing. */
    record Drop(Delivery delivery) implements Settlement {}
}
