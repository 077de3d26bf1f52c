package sg.aiverify.worker.pipelines.docker.internal.cleanup;

import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.run.internal.DaemonThreads;

/** Removes unused images every 10 minutes, and after each build. */
public final class ImageCleanupTimer implements AutoCloseable {
    private static final Logger log = LogManager.getLogger(ImageCleanupTimer.class);
    private static final int FIRST_MINUTES = 1;
    private static final int PERIOD_MINUTES = 10;
    private final UnusedImages images;
    private final UnusedImages.Limits limits;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("docker-images"));

    public ImageCleanupTimer(UnusedImages images, UnusedImages.Limits limits) {
        this.images = images;
        this.limits = limits;
    }

    public void start() {
        timer.scheduleWithFixedDelay(this::evict, FIRST_MINUTES, PERIOD_MINUTES, TimeUnit.MINUTES);
    }

    public void evictSoon() {
        try {
            timer.execute(this::evict);
        } catch (RejectedExecutionException e) {
            log.debug("No images are removed, since the worker is stopping");
        }
    }

    private void evict() {
        try {
            images.evict(limits);
        } catch (RuntimeException e) {
            log.warn("Removing unused images failed, retrying in {} minutes: {}", PERIOD_MINUTES, e.getMessage());
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
