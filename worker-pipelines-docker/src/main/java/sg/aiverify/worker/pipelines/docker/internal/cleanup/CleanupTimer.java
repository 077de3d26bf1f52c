package sg.aiverify.worker.pipelines.docker.internal.cleanup;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.pipelines.docker.internal.engine.DockerEngine;
import sg.aiverify.worker.run.internal.DaemonThreads;

/**
 * Cleans up on the engine in the background. Every 5 s, the timer retries failed removals, and recreates the
 * {@link LivenessContainer} if that has ended. Every minute, it removes the containers and volumes of dead workers.
 */
public final class CleanupTimer implements AutoCloseable {
    private static final Logger log = LogManager.getLogger(CleanupTimer.class);
    private static final int PERIOD_SECONDS = 5;
    private static final int SWEEP_EVERY = 12;
    private final DockerEngine engine;
    private final LivenessContainer liveness;
    private final LeftoverSweep sweep;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("docker-cleanup-timer"));
    private volatile @Nullable String image;
    private int ticks;

    public CleanupTimer(DockerEngine engine, LivenessContainer liveness, LeftoverSweep sweep) {
        this.engine = engine;
        this.liveness = liveness;
        this.sweep = sweep;
    }

    /** Cleans up once, then starts the timer. */
    public void start() {
        tick();
        timer.scheduleWithFixedDelay(this::tick, PERIOD_SECONDS, PERIOD_SECONDS, TimeUnit.SECONDS);
    }

    /** Makes sure that the liveness container is running; returns the worker's instance. Call this before each run. */
    public String ensureAlive(String image) {
        this.image = image;
        liveness.ensureRunning(image);
        return liveness.instance();
    }

    private void tick() {
        try {
            engine.retryRemovals();
            String last = image;
            if (last != null) {
                liveness.recreateIfEnded(last);
            }
            if (ticks++ % SWEEP_EVERY == 0 || sweep.hasSuspects()) {
                sweep.run(liveness.instance());
            }
        } catch (RuntimeException e) {
            log.warn("Cleanup on the Docker engine failed, retrying in {} s: {}", PERIOD_SECONDS, e.getMessage());
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        liveness.close();
    }
}
