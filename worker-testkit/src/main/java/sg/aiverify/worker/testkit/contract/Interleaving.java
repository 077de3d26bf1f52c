package sg.aiverify.worker.testkit.contract;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import sg.aiverify.worker.failure.FailureKind;
import sg.aiverify.worker.queue.DeadLetter;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.LeaseState;
import sg.aiverify.worker.queue.ReportRight;
import sg.aiverify.worker.queue.Retry;
import sg.aiverify.worker.queue.TaskQueue;

/**
 * One random interleaving of workers on a queue. The workers receive, extend, report, complete, retry, return and give
 * up tasks, crash, and miss the ends of their leases and then use lost deliveries. Meanwhile entries are cancelled or
 * written twice. Each step is checked against a model of which worker holds which entry. The same seed leads to the
 * same interleaving.
 */
final class Interleaving {
    /** An upper bound for the real time that one interleaving takes, in milliseconds. */
    private static final long MARGIN = 5_000;

    private final TaskQueueBackend backend;
    private final List<TaskQueue> workers;
    private final long lease;
    private final Random random;
    private final String name = UUID.randomUUID().toString();
    private final Map<String, ModelEntry> entries = new LinkedHashMap<>();
    private final List<ModelRun> runs = new ArrayList<>();
    private final List<Held> deliveries = new ArrayList<>();
    private final List<String> history = new ArrayList<>();
    private final int deadBefore;
    private long now;

    Interleaving(TaskQueueBackend backend, List<TaskQueue> workers, long seed) {
        this.backend = backend;
        this.workers = workers;
        this.lease = workers.get(0).lease().toMillis();
        this.random = new Random(seed);
        this.deadBefore = backend.deadPayloads().size();
    }

    private enum Status {
        PENDING,
        SUCCESS,
        ERROR,
        CANCELLED
    }

    /** A run as the gateway knows it. */
    private static final class ModelRun {
        final String id = UUID.randomUUID().toString();
        Status status = Status.PENDING;
        int stored;
    }

    private static final class ModelEntry {
        final ModelRun run;
        Held holder;
        int spent;
        boolean deleted;
        boolean ended;
        boolean dead;
        /** The time at which the lease expires, or at which an entry without a lease is due, in milliseconds. */
        long until;

        ModelEntry(ModelRun run) {
            this.run = run;
        }
    }

    private enum Report {
        NOT_BEGUN,
        ACQUIRED,
        ASKED,
        SENT,
        KNOWN
    }

    /** A delivery as its worker sees it. The worker may have lost the delivery without knowing. */
    private static final class Held {
        final int worker;
        final Delivery delivery;
        final ModelEntry entry;
        Report report = Report.NOT_BEGUN;

        Held(int worker, Delivery delivery, ModelEntry entry) {
            this.worker = worker;
            this.delivery = delivery;
            this.entry = entry;
        }

        boolean isCurrent() {
            return entry.holder == this;
        }

        @Override
        public String toString() {
            return delivery.id() + " (attempt " + delivery.attempt() + ") of worker " + worker
                    + (isCurrent() ? "" : ", stale");
        }
    }

    void run(int steps) throws InterruptedException {
        for (int i = 0; i < steps; i++) {
            step();
        }
        drain();
    }

    private void step() throws InterruptedException {
        int dice = random.nextInt(100);
        if (dice < 10 || entries.isEmpty()) {
            submit();
        } else if (dice < 32) {
            receive(random.nextInt(workers.size()), 1 + random.nextInt(3), Duration.ZERO);
        } else if (dice < 40) {
            passTime(random.nextBoolean() ? lease * 2 / 5 : lease * 11 / 10);
        } else if (dice < 42) {
            crash(random.nextInt(workers.size()));
        } else if (dice < 45) {
            cancel();
        } else if (!deliveries.isEmpty()) {
            Held held = deliveries.get(random.nextInt(deliveries.size()));
            if (dice < 80) {
                report(held);
            } else if (dice < 85) {
                extend(held);
            } else if (dice < 88) {
                // This is not a step of the protocol. It simulates a worker that confuses two deliveries.
                settleIfStale(held);
            } else if (held.report != Report.SENT && held.report != Report.KNOWN) {
                leave(held, dice);
            }
        }
    }

    private void submit() {
        boolean twice = !runs.isEmpty() && random.nextInt(3) > 0;
        ModelRun run = twice ? runs.get(random.nextInt(runs.size())) : new ModelRun();
        if (!twice) {
            runs.add(run);
        }
        String id = backend.submit(name + " " + run.id);
        entries.put(id, new ModelEntry(run));
        note("submit " + id + (twice ? " for a run that has an entry" : ""));
    }

    private int receive(int worker, int max, Duration wait) throws InterruptedException {
        List<Delivery> received = workers.get(worker).receive(max, wait);
        for (Delivery delivery : received) {
            ModelEntry entry = entries.get(delivery.id());
            note("worker " + worker + " receives " + delivery.id() + ", attempt " + delivery.attempt());
            check(entry != null, "an entry was received that was never submitted");
            check(!entry.ended, "a settled entry was received again");
            check(!entry.deleted, "a cancelled entry was received");
            check(entry.until - now < MARGIN, "an entry was received while it was leased, or not due");
            check(delivery.attempt() == entry.spent + 1, "the attempt is not " + (entry.spent + 1));
            entry.spent = delivery.attempt();
            entry.until = now + lease;
            entry.holder = new Held(worker, delivery, entry);
            deliveries.add(entry.holder);
        }
        return received.size();
    }

    private void passTime(long millis) {
        note("time passes: " + millis + " ms");
        for (long left = millis; left > 0; left -= lease * 2 / 5) {
            long piece = Math.min(left, lease * 2 / 5);
            backend.passTime(Duration.ofMillis(piece));
            now += piece;
            // A worker that waits for the gateway's response is alive, and extends its lease.
            deliveries.stream().filter(held -> held.report == Report.SENT).forEach(this::extend);
        }
    }

    private void crash(int worker) {
        note("worker " + worker + " crashes");
        for (Held held : List.copyOf(deliveries)) {
            if (held.worker == worker) {
                if (held.report == Report.SENT && random.nextBoolean()) {
                    report(held);
                }
                deliveries.remove(held);
            }
        }
    }

    private void cancel() {
        List<String> ids = List.copyOf(entries.keySet());
        String id = ids.get(random.nextInt(ids.size()));
        ModelEntry entry = entries.get(id);
        if (entry.run.status == Status.PENDING) {
            note("cancel " + id);
            // Cancels all entries of the run, since no worker reports the remaining ones.
            entries.forEach((each, other) -> {
                if (other.run == entry.run) {
                    backend.delete(each);
                    other.deleted = true;
                }
            });
            entry.run.status = Status.CANCELLED;
        }
    }

    private ReportRight acquireReportRight(Held held) {
        ReportRight right = queue(held).acquireReportRight(held.delivery, held.entry.run.id);
        note("report right of " + held + ": " + right);
        boolean exists = !held.entry.ended && !held.entry.deleted;
        check(
                held.isCurrent() || !exists || right == ReportRight.LOST,
                "a stale delivery acquired the right to report");
        check(
                !held.isCurrent() || held.entry.deleted || right != ReportRight.LOST,
                "the current delivery could not acquire the right to report");
        if (held.isCurrent() && right != ReportRight.LOST) {
            held.entry.until = now + lease;
        }
        return right;
    }

    /** Takes the next step of a report to the gateway, in the same order as the worker. */
    private void report(Held held) {
        ModelRun run = held.entry.run;
        switch (held.report) {
            case NOT_BEGUN -> afterRight(held, acquireReportRight(held), Report.ACQUIRED);
            case ACQUIRED -> {
                note("query the run of " + held + ": " + run.status);
                held.report = run.status == Status.PENDING ? Report.ASKED : Report.KNOWN;
            }
            case ASKED -> {
                ReportRight right = acquireReportRight(held);
                afterRight(held, right, right == ReportRight.HELD ? Report.SENT : Report.ACQUIRED);
            }
            case SENT -> {
                note("the gateway stores the result of " + held);
                // The run may have been cancelled after the last query. Even then, the gateway stores the result.
                check(
                        run.status == Status.PENDING || run.status == Status.CANCELLED,
                        "a result was stored after the run had ended with " + run.status);
                run.stored++;
                check(run.stored == 1, "the run was stored twice");
                run.status = Status.SUCCESS;
                held.report = Report.KNOWN;
            }
            case KNOWN -> {
                complete(held);
                deliveries.remove(held);
            }
        }
    }

    private void afterRight(Held held, ReportRight right, Report next) {
        if (right == ReportRight.LOST) {
            deliveries.remove(held);
        } else {
            held.report = right == ReportRight.HELD_ELSEWHERE ? Report.NOT_BEGUN : next;
        }
    }

    private void extend(Held held) {
        LeaseState state = queue(held).extend(List.of(held.delivery)).getOrDefault(held.delivery, LeaseState.LOST);
        note("extend " + held + ": " + state);
        check(held.isCurrent() || state != LeaseState.HELD, "a stale delivery was extended");
        check(
                !held.isCurrent() || held.entry.deleted || state == LeaseState.HELD,
                "the current delivery could not be extended");
        if (state == LeaseState.HELD) {
            held.entry.until = now + lease;
        }
    }

    private void complete(Held held) {
        settled("complete", held, !queue(held).complete(List.of(held.delivery)).isEmpty());
    }

    private void settleIfStale(Held held) {
        if (!held.isCurrent()) {
            Delivery delivery = held.delivery;
            TaskQueue queue = queue(held);
            note("try everything with " + held);
            boolean effect = !queue.complete(List.of(delivery)).isEmpty()
                    || !queue.handBack(List.of(delivery)).isEmpty()
                    || !queue.retryLater(List.of(new Retry(delivery, Duration.ZERO)))
                            .isEmpty()
                    || !queue.giveUp(List.of(letter(held))).isEmpty();
            check(!effect, "a stale delivery had an effect");
        }
    }

    /** Ends a delivery without a result. */
    private void leave(Held held, int dice) {
        Delivery delivery = held.delivery;
        if (dice < 92) {
            Duration delay = Duration.ofMillis(random.nextInt(3) * lease / 2);
            free(
                    "retry later",
                    held,
                    delivery.attempt(),
                    delay,
                    () -> queue(held)
                            .retryLater(List.of(new Retry(delivery, delay)))
                            .isEmpty());
        } else if (dice < 96) {
            free(
                    "hand back",
                    held,
                    delivery.attempt() - 1,
                    Duration.ZERO,
                    () -> queue(held).handBack(List.of(delivery)).isEmpty());
        } else {
            ReportRight right = acquireReportRight(held);
            if (right == ReportRight.HELD || right == ReportRight.ACQUIRED) {
                if (held.entry.run.status == Status.PENDING) {
                    held.entry.run.status = Status.ERROR;
                }
                boolean done = !queue(held).giveUp(List.of(letter(held))).isEmpty();
                settled("give up", held, done);
                held.entry.dead |= done;
                deliveries.remove(held);
            }
        }
    }

    private void free(String what, Held held, int spent, Duration delay, BooleanSupplier noEffect) {
        boolean current = held.isCurrent();
        boolean effect = !noEffect.getAsBoolean();
        note(what + " " + held + ": " + effect);
        check(
                effect == current || held.entry.deleted,
                current ? "the current delivery had no effect" : "a stale delivery had an effect");
        if (current) {
            held.entry.holder = null;
            held.entry.spent = spent;
            held.entry.until = now + delay.toMillis();
        }
        deliveries.remove(held);
    }

    private void settled(String what, Held held, boolean effect) {
        note(what + " " + held + ": " + effect);
        check(!effect || held.isCurrent(), "a stale delivery had an effect");
        check(effect || !held.isCurrent() || held.entry.deleted, "the current delivery had no effect");
        check(!effect || !held.entry.ended, "an entry was completed twice");
        if (effect) {
            held.entry.ended = true;
            held.entry.holder = null;
        }
    }

    /** Checks that all remaining entries are redelivered and settled. */
    private void drain() throws InterruptedException {
        for (int worker = 0; worker < workers.size(); worker++) {
            crash(worker);
        }
        for (int quiet = 0; quiet < 4; ) {
            passTime(lease * 11 / 5);
            int received = receive(random.nextInt(workers.size()), 100, Duration.ofMillis(2));
            for (int i = 0; i < 10; i++) {
                List.copyOf(deliveries).forEach(this::report);
            }
            quiet = received == 0 && deliveries.isEmpty() ? quiet + 1 : 0;
        }
        Map<ModelRun, Boolean> reported = new HashMap<>();
        entries.forEach((id, entry) -> {
            check(entry.ended || entry.deleted, "the entry " + id + " is lost");
            reported.merge(entry.run, entry.run.status != Status.PENDING, Boolean::logicalAnd);
        });
        check(!reported.containsValue(false), "a run was never reported");
        long dead = entries.values().stream().filter(entry -> entry.dead).count();
        check(backend.deadPayloads().size() - deadBefore == dead, "not every dead letter exists exactly once: " + dead);
    }

    private TaskQueue queue(Held held) {
        return workers.get(held.worker);
    }

    private static DeadLetter letter(Held held) {
        return new DeadLetter(held.delivery, FailureKind.TASK, "given up", held.entry.run.id);
    }

    private void note(String what) {
        history.add(what);
    }

    private void check(boolean holds, String broken) {
        if (!holds) {
            throw new AssertionError(broken + "; history:\n  " + String.join("\n  ", history));
        }
    }
}
