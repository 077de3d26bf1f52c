package sg.aiverify.worker.testkit.contract;

import java.time.Duration;
import java.util.List;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.queue.TaskQueue;

/** Tests the whole lease protocol under random interleavings. */
abstract class InterleavingSuite extends ReportRightSuite {
    /**
     * The system property with the seed of the only interleaving to run. The message of a failure contains the seed.
     */
    private static final String SEED = "lease.protocol.seed";
    /**
     * The system property with the seconds to search for a failing interleaving. A longer search finds more failures.
     */
    private static final String SECONDS = "lease.protocol.seconds";

    private static final int STEPS = 120;

    private static final Logger log = LogManager.getLogger(InterleavingSuite.class);

    @Test
    void noInterleavingCompletesATaskTwiceOrLosesItOrStoresARunTwice() throws InterruptedException {
        List<TaskQueue> workers = List.of(mine, other, openWorker());
        Long replayed = Long.getLong(SEED);
        if (replayed != null) {
            explore(workers, replayed);
            return;
        }
        long seed = System.nanoTime();
        long end = System.nanoTime()
                + Duration.ofSeconds(Integer.getInteger(SECONDS, 6)).toNanos();
        int explored = 0;
        while (System.nanoTime() < end) {
            explore(workers, seed++);
            explored++;
        }
        log.info("Explored {} interleavings of {} steps", explored, STEPS);
    }

    private void explore(List<TaskQueue> workers, long seed) throws InterruptedException {
        try {
            new Interleaving(backend, workers, seed).run(STEPS);
        } catch (AssertionError e) {
            throw new AssertionError(
                    "seed " + seed + " (repeat with -D" + SEED + "=" + seed + "): " + e.getMessage(), e);
        }
    }
}
