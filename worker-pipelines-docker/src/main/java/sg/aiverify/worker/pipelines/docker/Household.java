package sg.aiverify.worker.pipelines.docker;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/** Keeps the engine in order beside the runs: holds this worker's claim, and sweeps what dead workers left. */
final class Household implements AutoCloseable {
    private static final Logger log = LogManager.getLogger(Household.class);
    private static final int PERIOD_SECONDS = 5;
    private static final int SWEEP_EVERY = 12;
    private final DockerEngine engine;
    private final Claim claim;
    private final Sweep sweep;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "docker-household");
        thread.setDaemon(true);
        return thread;
    });
    private volatile @Nullable String image;
    private int ticks;

    Household(DockerEngine engine, Claim claim, Sweep sweep) {
        this.engine = engine;
        this.claim = claim;
        this.sweep = sweep;
    }

    /** Sweeps now, and from now on. */
    void start() {
        tick();
        timer.scheduleWithFixedDelay(this::tick, PERIOD_SECONDS, PERIOD_SECONDS, TimeUnit.SECONDS);
    }

    /** Holds the claim before anything of a run is made; gives the label of what is made. */
    String claim(String image) {
        this.image = image;
        claim.hold(image);
        return claim.instance();
    }

    private void tick() {
        try {
            engine.cleanUpAgain();
            String last = image;
            if (last != null) {
                claim.renew(last);
            }
            if (ticks++ % SWEEP_EVERY == 0 || sweep.hasSuspects()) {
                sweep.run(claim.instance());
            }
        } catch (RuntimeException e) {
            log.warn("Looking after the Docker engine failed, it will be tried again: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        claim.close();
    }
}
