package sg.aiverify.worker.testkit.contract;

import java.time.Duration;
import java.util.List;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.queue.TaskQueue;

/** The lease protocol as a whole, under random interleavings. */
abstract class InterleavingSuite extends ReportRightSuite {
    /** Replays one interleaving, whose seed a failure tells. */
    private static final String SEED = "lease.protocol.seed";
    /** How long to look for a broken one; longer finds more. */
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
        log.info("{} interleavings of {} steps explored", explored, STEPS);
    }

    private void explore(List<TaskQueue> workers, long seed) throws InterruptedException {
        try {
            new Interleaving(backend, workers, seed).run(STEPS);
        } catch (AssertionError e) {
            throw new AssertionError(
                    "seed " + seed + " (again with -D" + SEED + "=" + seed + "): " + e.getMessage(), e);
        }
    }
}
