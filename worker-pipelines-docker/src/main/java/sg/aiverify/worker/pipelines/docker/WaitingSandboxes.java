package sg.aiverify.worker.pipelines.docker;

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
import sg.aiverify.worker.pipeline.ImageEnvironment;

/**
 * Sandboxes that were started before there is a run: at most one for each recently used image, and no more than there
 * may be runs. Thread-safe.
 */
final class WaitingSandboxes implements AutoCloseable {
    /** How the names of containers begin that wait. */
    static final String NAME = "aiverify-waiting-";

    /** How long one may wait. */
    static final Duration PATIENCE = Duration.ofMinutes(10);

    private static final Logger log = LogManager.getLogger(WaitingSandboxes.class);
    private static final int LOOK_SECONDS = 30;
    private final SandboxMaker maker;
    private final Clock clock;
    private final int most;
    private final Map<String, Place> places = new HashMap<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread starter = new Thread(work, "docker-waiting");
        starter.setDaemon(true);
        return starter;
    });
    private boolean closed;

    /** Keeps at most {@code most}; none for 0. */
    WaitingSandboxes(SandboxMaker maker, Clock clock, int most) {
        this.maker = maker;
        this.clock = clock;
        this.most = most;
        if (most > 0) {
            thread.scheduleWithFixedDelay(this::dismissIdle, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** One image's sandbox; null while it is being started. */
    private static final class Place {
        private final ImageEnvironment image;
        private final Instant since;
        private @Nullable Sandbox sandbox;

        Place(ImageEnvironment image, Instant since) {
            this.image = image;
            this.since = since;
        }
    }

    /** Hands over the sandbox that waits for a run of an image, under a new name; it is the caller's from now on. */
    Optional<Sandbox> take(ImageEnvironment image, String name) {
        Sandbox sandbox = remove(image);
        if (sandbox == null) {
            return Optional.empty();
        }
        if (sandbox.take(name)) {
            return Optional.of(sandbox);
        }
        sandbox.close();
        return Optional.empty();
    }

    private synchronized @Nullable Sandbox remove(ImageEnvironment image) {
        Place place = places.get(image.reference());
        if (place == null || place.sandbox == null) {
            return null;
        }
        places.remove(image.reference());
        return place.sandbox;
    }

    /** Starts one for the next run of an image, in a thread of its own. */
    void restock(ImageEnvironment image, String instance) {
        List<Sandbox> superfluous;
        Place place = new Place(image, clock.instant());
        synchronized (this) {
            if (closed || most == 0 || places.containsKey(image.reference())) {
                return;
            }
            superfluous = makeRoom(image);
            if (places.size() >= most) {
                return; // all are being started
            }
            places.put(image.reference(), place);
        }
        try {
            thread.execute(() -> {
                superfluous.forEach(Sandbox::close);
                start(place, instance);
            });
        } catch (RejectedExecutionException e) {
            superfluous.forEach(Sandbox::close);
        }
    }

    /** Takes out what waits for an older image of the same name, and the least recently used if there are too many. */
    private List<Sandbox> makeRoom(ImageEnvironment image) {
        List<Sandbox> out = new ArrayList<>();
        List<Place> waiting = new ArrayList<>(
                places.values().stream().filter(place -> place.sandbox != null).toList());
        waiting.sort((one, other) -> one.since.compareTo(other.since));
        for (Place place : waiting) {
            if (place.image.name().equals(image.name()) || places.size() >= most) {
                dismiss(place, out);
            }
        }
        return out;
    }

    private void dismiss(Place place, List<Sandbox> out) {
        places.remove(place.image.reference());
        if (place.sandbox != null) {
            out.add(place.sandbox);
        }
    }

    private void start(Place place, String instance) {
        Sandbox sandbox = null;
        try {
            if (!isWanted(place)) {
                return;
            }
            sandbox = maker.make(place.image, new Labels.Of(instance, null), NAME + UUID.randomUUID(), List.of());
        } catch (RuntimeException e) {
            log.debug("No sandbox waits for the next run of {}: {}", place.image.name(), e.getMessage());
        }
        synchronized (this) {
            if (!closed && sandbox != null) {
                place.sandbox = sandbox;
                notifyAll();
                return;
            }
            places.remove(place.image.reference());
            notifyAll();
        }
        if (sandbox != null) {
            sandbox.close();
        }
    }

    private synchronized boolean isWanted(Place place) {
        return !closed && places.get(place.image.reference()) == place;
    }

    /** Lets go of what has waited too long. */
    void dismissIdle() {
        List<Sandbox> idle = new ArrayList<>();
        synchronized (this) {
            Instant limit = clock.instant().minus(PATIENCE);
            for (Place place : List.copyOf(places.values())) {
                if (place.sandbox != null && place.since.isBefore(limit)) {
                    dismiss(place, idle);
                }
            }
        }
        idle.forEach(Sandbox::close);
    }

    /** Waits until the next run of an image finds its sandbox ready; false if it does not within the time. */
    boolean awaitReady(ImageEnvironment image, long seconds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        Sandbox sandbox;
        synchronized (this) {
            Place place = places.get(image.reference());
            while (place != null && place.sandbox == null && System.nanoTime() < end) {
                TimeUnit.NANOSECONDS.timedWait(this, end - System.nanoTime());
                place = places.get(image.reference());
            }
            sandbox = place == null ? null : place.sandbox;
        }
        return sandbox != null && sandbox.awaitReady(Math.max(0, end - System.nanoTime()));
    }

    @Override
    public void close() {
        List<Sandbox> all = new ArrayList<>();
        synchronized (this) {
            closed = true;
            for (Place place : List.copyOf(places.values())) {
                dismiss(place, all);
            }
        }
        all.forEach(Sandbox::close);
        thread.shutdown();
        try {
            // One that was being started goes by itself.
            if (!thread.awaitTermination(LOOK_SECONDS, TimeUnit.SECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
