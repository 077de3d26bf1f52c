package sg.aiverify.worker.queue.internal;

import org.apache.logging.log4j.CloseableThreadContext;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.queue.DeadLetter;

/** Logs dead letters. Queues call this class, since only the queue knows the id of a dead letter. */
public final class DeadLetterLog {
    private static final Logger log = LogManager.getLogger(DeadLetterLog.class);

    private DeadLetterLog() {}

    /**
     * Logs that a task became a dead letter.
     *
     * @param letter the task
     * @param id its id among the dead letters
     */
    public static void kept(DeadLetter letter, String id) {
        String run = letter.runId();
        String entry = letter.delivery().id();
        try (var context = CloseableThreadContext.put("run", run == null ? entry : run)) {
            log.warn(
                    "Dead letter {}, of the kind {}{}",
                    id,
                    letter.kind(),
                    // If the task names no run, the log line already contains the entry's id.
                    run == null ? "" : ", from the queue entry " + entry);
        }
    }
}
