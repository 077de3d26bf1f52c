package sg.aiverify.worker.queue.memory;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.queue.DeadLetter;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.LeaseState;
import sg.aiverify.worker.queue.ReportRight;

/** The entries that the workers of an in-memory queue share. Thread-safe. */
final class InMemoryEntries {
    private final Duration lease;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<String, RightHolder> rightHolders = new HashMap<>();
    private final List<DeadLetter> deadLetters = new ArrayList<>();
    private long lastId;

    InMemoryEntries(Duration lease, InstantSource clock) {
        if (lease.isZero() || lease.isNegative()) {
            throw new ConfigurationException("lease must be longer than 0, was " + lease);
        }
        this.lease = lease;
        this.clock = clock;
    }

    /** An entry, which is either free or held by a worker. */
    static final class Entry {
        private final String id;
        private final String payload;
        private int attempts;
        private boolean deleted;
        private @Nullable InMemoryTaskQueue owner;
        /** The time at which the lease expires, or at which a free entry is due. */
        private Instant until;

        Entry(String id, String payload, Instant until) {
            this.id = id;
            this.payload = payload;
            this.until = until;
        }

        boolean isLeased() {
            return owner != null;
        }
    }

    /** The delivery that holds the right to report a run, and the time at which this right expires. */
    private record RightHolder(InMemoryTaskQueue worker, Delivery delivery, Instant until) {
        boolean is(InMemoryTaskQueue asking, Delivery asked) {
            return worker == asking && delivery.equals(asked);
        }
    }

    Duration lease() {
        return lease;
    }

    String add(String payload) {
        lock.lock();
        try {
            String id = ++lastId + "-0";
            entries.put(id, new Entry(id, payload, clock.instant()));
            changed.signalAll();
            return id;
        } finally {
            lock.unlock();
        }
    }

    boolean delete(String id) {
        lock.lock();
        try {
            Entry entry = entries.get(id);
            if (entry == null || entry.deleted) {
                return false;
            }
            if (entry.isLeased()) {
                entry.deleted = true;
            } else {
                entries.remove(id);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    int count(Predicate<Entry> which) {
        lock.lock();
        try {
            return Math.toIntExact(entries.values().stream().filter(which).count());
        } finally {
            lock.unlock();
        }
    }

    List<DeadLetter> deadLetters() {
        lock.lock();
        try {
            return List.copyOf(deadLetters);
        } finally {
            lock.unlock();
        }
    }

    void wakeUp() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    List<Delivery> receive(InMemoryTaskQueue worker, int max, Duration wait) throws InterruptedException {
        long start = System.nanoTime();
        long limit = TimeUnit.NANOSECONDS.convert(wait);
        lock.lockInterruptibly();
        try {
            while (true) {
                worker.checkOpen();
                List<Delivery> received = take(worker, max);
                long left = limit - (System.nanoTime() - start);
                if (!received.isEmpty() || left <= 0) {
                    return received;
                }
                long unused = changed.awaitNanos(Math.min(left, nanosUntilNextDue()));
            }
        } finally {
            lock.unlock();
        }
    }

    LeaseState extend(InMemoryTaskQueue worker, Delivery delivery) {
        lock.lock();
        try {
            Entry entry = held(worker, delivery);
            if (entry == null) {
                return LeaseState.LOST;
            }
            // The lease is extended even if the entry was deleted: only the gateway knows whether the result is still
            // needed.
            entry.until = clock.instant().plus(lease);
            rightHolders.replaceAll((run, holder) ->
                    holder.is(worker, delivery) ? new RightHolder(worker, delivery, entry.until) : holder);
            return entry.deleted ? LeaseState.DELETED : LeaseState.HELD;
        } finally {
            lock.unlock();
        }
    }

    ReportRight acquireReportRight(InMemoryTaskQueue worker, Delivery delivery, String runId) {
        lock.lock();
        try {
            Instant now = clock.instant();
            rightHolders.values().removeIf(holder -> !holder.until.isAfter(now));
            if (extend(worker, delivery) == LeaseState.LOST) {
                return ReportRight.LOST;
            }
            // The gateway ignores the dashes and the case of ids.
            String run = runId.replace("-", "").toLowerCase(Locale.ROOT);
            RightHolder present = rightHolders.get(run);
            if (present != null && !present.is(worker, delivery)) {
                return ReportRight.HELD_ELSEWHERE;
            }
            rightHolders.put(run, new RightHolder(worker, delivery, now.plus(lease)));
            return present == null ? ReportRight.ACQUIRED : ReportRight.HELD;
        } finally {
            lock.unlock();
        }
    }

    boolean remove(InMemoryTaskQueue worker, Delivery delivery) {
        lock.lock();
        try {
            return held(worker, delivery) != null && entries.remove(delivery.id()) != null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns a delivery to the queue, which redelivers it after the delay. Returns false if the worker did not hold
     * it.
     */
    boolean makeDue(InMemoryTaskQueue worker, Delivery delivery, int spent, Duration delay) {
        lock.lock();
        try {
            Entry entry = held(worker, delivery);
            if (entry == null) {
                return false;
            }
            if (entry.deleted) {
                entries.remove(entry.id);
            } else {
                entry.owner = null;
                entry.attempts = spent;
                entry.until = clock.instant().plus(delay);
                changed.signalAll();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    boolean giveUp(InMemoryTaskQueue worker, DeadLetter letter) {
        lock.lock();
        try {
            return remove(worker, letter.delivery()) && deadLetters.add(letter);
        } finally {
            lock.unlock();
        }
    }

    private List<Delivery> take(InMemoryTaskQueue worker, int max) {
        Instant now = clock.instant();
        List<Delivery> taken = new ArrayList<>();
        Iterator<Entry> all = entries.values().iterator();
        while (all.hasNext() && taken.size() < max) {
            Entry entry = all.next();
            if (entry.until.isAfter(now)) {
                continue;
            }
            if (entry.deleted) {
                all.remove();
                continue;
            }
            entry.owner = worker;
            entry.attempts++;
            entry.until = now.plus(lease);
            taken.add(new Delivery(entry.id, entry.attempts, entry.payload));
        }
        return taken;
    }

    private @Nullable Entry held(InMemoryTaskQueue worker, Delivery delivery) {
        Entry entry = entries.get(delivery.id());
        return entry != null && entry.owner == worker && entry.attempts == delivery.attempt() ? entry : null;
    }

    private long nanosUntilNextDue() {
        Instant now = clock.instant();
        return entries.values().stream()
                .map(entry -> entry.until)
                .min(Instant::compareTo)
                .map(next -> Math.max(1, TimeUnit.NANOSECONDS.convert(Duration.between(now, next))))
                .orElse(Long.MAX_VALUE);
    }
}
