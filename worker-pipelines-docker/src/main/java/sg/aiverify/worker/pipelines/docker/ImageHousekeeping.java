package sg.aiverify.worker.pipelines.docker;

import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** Looks for old images from time to time, and after each build. */
final class ImageHousekeeping implements AutoCloseable {
    private static final Logger log = LogManager.getLogger(ImageHousekeeping.class);
    private static final int FIRST_MINUTES = 1;
    private static final int PERIOD_MINUTES = 10;
    private final OldImages images;
    private final OldImages.Limits limits;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "docker-images");
        thread.setDaemon(true);
        return thread;
    });

    ImageHousekeeping(OldImages images, OldImages.Limits limits) {
        this.images = images;
        this.limits = limits;
    }

    void start() {
        timer.scheduleWithFixedDelay(this::look, FIRST_MINUTES, PERIOD_MINUTES, TimeUnit.MINUTES);
    }

    void lookSoon() {
        try {
            timer.execute(this::look);
        } catch (RejectedExecutionException e) {
            log.debug("The worker stops, so images are not looked at");
        }
    }

    private void look() {
        try {
            images.evict(limits);
        } catch (RuntimeException e) {
            log.warn("Looking for old images failed, it will be tried again: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
