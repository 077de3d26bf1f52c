package sg.aiverify.worker.pipelines.docker.internal.container;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.pipelines.docker.internal.engine.Labels;
import sg.aiverify.worker.run.internal.DaemonThreads;
import sg.aiverify.worker.stage.ImageEnvironment;

/**
 * Containers that are started before their run: at most one for each recently used image, and in total at most as many
 * as runs can be in progress. Thread-safe.
 */
public final class PreStartedContainers implements AutoCloseable {
    /** Prefix of the names of containers that wait for a run. */
    public static final String NAME_PREFIX = "aiverify-waiting-";

    /** The longest time that a container waits for a run. */
    static final Duration MAX_WAIT = Duration.ofMinutes(10);

    private static final Logger log = LogManager.getLogger(PreStartedContainers.class);
    private static final int PERIOD_SECONDS = 30;
    private final ContainerFactory factory;
    private final Clock clock;
    private final int max;
    private final Map<String, Slot> slots = new HashMap<>();
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("docker-waiting"));
    private boolean closed;

    /** Creates a store for at most {@code max} containers; with 0, no containers are started before their run. */
    public PreStartedContainers(ContainerFactory factory, Clock clock, int max) {
        this.factory = factory;
        this.clock = clock;
        this.max = max;
        if (max > 0) {
            thread.scheduleWithFixedDelay(this::closeIdle, PERIOD_SECONDS, PERIOD_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** The container for the next run of one image; null while it is being started. */
    private static final class Slot {
        private final ImageEnvironment image;
        private final Instant since;
        private @Nullable RunnerContainer container;

        Slot(ImageEnvironment image, Instant since) {
            this.image = image;
            this.since = since;
        }
    }

    /** Renames and returns the container that waits for a run of an image. The caller owns it and must close it. */
    public Optional<RunnerContainer> take(ImageEnvironment image, String name) {
        RunnerContainer container = remove(image);
        if (container == null) {
            return Optional.empty();
        }
        if (container.assign(name)) {
            return Optional.of(container);
        }
        container.close();
        return Optional.empty();
    }

    private synchronized @Nullable RunnerContainer remove(ImageEnvironment image) {
        Slot slot = slots.get(image.reference());
        if (slot == null || slot.container == null) {
            return null;
        }
        slots.remove(image.reference());
        return slot.container;
    }

    /** Starts a container for the next run of an image, in another thread. */
    public void restock(ImageEnvironment image, String instance) {
        List<RunnerContainer> surplus;
        Slot slot = new Slot(image, clock.instant());
        synchronized (this) {
            if (closed || max == 0 || slots.containsKey(image.reference())) {
                return;
            }
            surplus = makeRoom(image);
            if (slots.size() >= max) {
                return; // the containers of all slots are still being started
            }
            slots.put(image.reference(), slot);
        }
        try {
            thread.execute(() -> {
                surplus.forEach(RunnerContainer::close);
                start(slot, instance);
            });
        } catch (RejectedExecutionException e) {
            surplus.forEach(RunnerContainer::close);
        }
    }

    /** Takes out and returns containers of older images of the same name and, if too many exist, the oldest ones. */
    private List<RunnerContainer> makeRoom(ImageEnvironment image) {
        List<RunnerContainer> out = new ArrayList<>();
        List<Slot> waiting = new ArrayList<>(
                slots.values().stream().filter(slot -> slot.container != null).toList());
        waiting.sort((one, other) -> one.since.compareTo(other.since));
        for (Slot slot : waiting) {
            if (slot.image.name().equals(image.name()) || slots.size() >= max) {
                takeOut(slot, out);
            }
        }
        return out;
    }

    private void takeOut(Slot slot, List<RunnerContainer> out) {
        slots.remove(slot.image.reference());
        if (slot.container != null) {
            out.add(slot.container);
        }
    }

    private void start(Slot slot, String instance) {
        RunnerContainer container = null;
        try {
            if (!isNeeded(slot)) {
                return;
            }
            container = factory.create(
                    slot.image, new Labels.Owner(instance, null), NAME_PREFIX + UUID.randomUUID(), List.of());
        } catch (RuntimeException e) {
            log.debug("No container was started for the next run of {}: {}", slot.image.name(), e.getMessage());
        }
        synchronized (this) {
            if (!closed && container != null) {
                slot.container = container;
                notifyAll();
                return;
            }
            slots.remove(slot.image.reference());
            notifyAll();
        }
        if (container != null) {
            container.close();
        }
    }

    private synchronized boolean isNeeded(Slot slot) {
        return !closed && slots.get(slot.image.reference()) == slot;
    }

    /** Removes the containers that have waited for longer than {@link #MAX_WAIT}. */
    void closeIdle() {
        List<RunnerContainer> idle = new ArrayList<>();
        synchronized (this) {
            Instant limit = clock.instant().minus(MAX_WAIT);
            for (Slot slot : List.copyOf(slots.values())) {
                if (slot.container != null && slot.since.isBefore(limit)) {
                    takeOut(slot, idle);
                }
            }
        }
        idle.forEach(RunnerContainer::close);
    }

    /** Waits until a container is ready for the next run of an image; returns false if none is ready in time. */
    public boolean awaitReady(ImageEnvironment image, long seconds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        RunnerContainer container;
        synchronized (this) {
            Slot slot = slots.get(image.reference());
            while (slot != null && slot.container == null && System.nanoTime() < end) {
                TimeUnit.NANOSECONDS.timedWait(this, end - System.nanoTime());
                slot = slots.get(image.reference());
            }
            container = slot == null ? null : slot.container;
        }
        return container != null && container.awaitReady(Math.max(0, end - System.nanoTime()));
    }

    @Override
    public void close() {
        List<RunnerContainer> all = new ArrayList<>();
        synchronized (this) {
            closed = true;
            for (Slot slot : List.copyOf(slots.values())) {
                takeOut(slot, all);
            }
        }
        all.forEach(RunnerContainer::close);
        thread.shutdown();
        try {
            // If a container is still being started, the thread that starts it also closes it.
            if (!thread.awaitTermination(PERIOD_SECONDS, TimeUnit.SECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
