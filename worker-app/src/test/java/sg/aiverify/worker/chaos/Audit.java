package sg.aiverify.worker.chaos;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.chaos.Ledger.Expected;
import sg.aiverify.worker.e2e.ValkeyProbe;
import sg.aiverify.worker.gateway.RunStatus;
import sg.aiverify.worker.testkit.gateway.Breach;
import sg.aiverify.worker.testkit.gateway.Breach.Kind;
import sg.aiverify.worker.testkit.gateway.RunView;
import sg.aiverify.worker.testkit.gateway.SeenRequest;
import sg.aiverify.worker.testkit.gateway.StoredResult;
import sg.aiverify.worker.testkit.gateway.ValkeyTaskSink;

/** Counts how each run ended. */
final class Audit {
    /** The journal records a query when it is answered; the row was read some moments before. */
    private static final Duration CLOCK = Duration.ofMillis(100);

    /**
     * Breaches that several workers can cause although each of them is correct. Each one learns separately that a run
     * has ended, a frozen worker reports an old progress, and an error is reported again if its response was lost.
     */
    private static final Set<Kind> HARMLESS = EnumSet.of(Kind.PATCH_AFTER_REFUSAL, Kind.PROGRESS_WENT_DOWN);

    private final Scenery scenery;
    private final Map<String, Expected> expected;
    private final Set<String> tooLate = new HashSet<>();

    Audit(Scenery scenery) {
        this.scenery = scenery;
        this.expected = scenery.ledger.expected();
    }

    /** Checks whether every run has ended and the queue is empty. */
    boolean isSettled() {
        return expected.keySet().stream()
                        .allMatch(run -> scenery.gateway
                                .run(run)
                                .filter(view -> view.status() != RunStatus.PENDING)
                                .isPresent())
                && leftovers().isEmpty();
    }

    void count(Verdict verdict) {
        verdict.runs += expected.size();
        verdict.orderedAgain += scenery.ledger.orderedAgain();
        expected.forEach((run, fate) -> count(verdict, scenery.gateway.run(run).orElse(null), run, fate));
        scenery.gateway.results().stream()
                .filter(result -> result.runId() != null)
                .collect(Collectors.groupingBy(StoredResult::runId))
                .forEach((run, results) -> {
                    if (results.size() > 1) {
                        verdict.storedTwice.add(run + " has " + results.size() + " results");
                    }
                });
        scenery.gateway.breaches().forEach(breach -> count(verdict, breach));
        verdict.pending.addAll(leftovers());
        deadLetters(verdict);
    }

    private void count(Verdict verdict, @Nullable RunView run, String id, Expected fate) {
        if (run == null) {
            verdict.lost.add(id + " is unknown to the gateway");
            return;
        }
        switch (run.status()) {
            case SUCCESS -> verdict.successes++;
            case ERROR -> verdict.errors++;
            case CANCELLED -> verdict.cancelled++;
            default -> verdict.lost.add(id + " is still " + run.status() + ", was expected to end as " + fate);
        }
        if (fate == Expected.CANCELLED && run.ends().size() > 1 && isTooLate(id)) {
            tooLate.add(id);
            verdict.cancelledTooLate++;
        } else if (run.ends().stream().distinct().count() > 1) {
            verdict.changed.add(id + " was " + run.ends());
        } else if (run.status() != RunStatus.PENDING && !run.status().name().equals(fate.name())) {
            verdict.lost.add(id + " ended as " + run.status() + " instead of " + fate + ": " + run.errorMessage());
        }
        if (run.status() == RunStatus.SUCCESS && run.result() == null) {
            verdict.lost.add(id + " is a success without a result");
        }
    }

    /** Counts a cancel as ignored only if it was confirmed before the worker's last query before the upload. */
    private boolean isTooLate(String run) {
        Instant cancelled = scenery.ledger.cancels().get(run);
        Instant upload = scenery.gateway.uploads(run).stream()
                .map(seen -> seen.at())
                .findFirst()
                .orElse(Instant.MIN);
        Instant question = scenery.gateway.requests().stream()
                .filter(request -> request.method().equals("GET")
                        && request.path().equals("/test_runs/" + run)
                        && request.status() == 200
                        && request.at().isBefore(upload))
                .map(SeenRequest::at)
                .max(Instant::compareTo)
                .orElse(Instant.MAX);
        return cancelled != null && cancelled.plus(CLOCK).isAfter(question);
    }

    private void count(Verdict verdict, Breach breach) {
        boolean sameAgain = breach.kind() == Kind.SECOND_END && breach.detail().equals("error on a run that is ERROR");
        if (HARMLESS.contains(breach.kind()) || sameAgain) {
            verdict.harmless++;
        } else if (breach.kind() == Kind.UPLOAD_FOR_ENDED_RUN && tooLate.contains(String.valueOf(breach.runId()))) {
            return; // counted with the run
        } else {
            verdict.breaches.add(breach.toString());
        }
    }

    private void deadLetters(Verdict verdict) {
        Set<String> missing = scenery.ledger.strangers();
        for (Object entry : list(scenery.servers.probe().call("XRANGE", ValkeyProbe.DEAD_LETTERS, "-", "+"))) {
            List<?> fields = list(list(entry).get(1));
            String kind = field(fields, "kind");
            missing.remove(field(fields, "entry"));
            if (!kind.equals("TASK")) {
                verdict.lost.add(
                        "dead letter " + kind + " of run " + field(fields, "id") + ": " + field(fields, "reason"));
            }
        }
        if (!Options.isControl()) {
            missing.forEach(id -> verdict.lost.add("the entry " + id + ", no task, is not among the dead letters"));
        }
    }

    /** Lists the entries that are pending or were not delivered. */
    private List<String> leftovers() {
        ValkeyProbe probe = scenery.servers.probe();
        Set<String> left = new HashSet<>();
        try {
            for (Object entry :
                    list(probe.call("XPENDING", ValkeyTaskSink.STREAM, ValkeyTaskSink.GROUP, "-", "+", "10000"))) {
                left.add(list(entry).get(0) + " is held by " + list(entry).get(1));
            }
            List<?> group = list(
                    list(probe.call("XINFO", "GROUPS", ValkeyTaskSink.STREAM)).get(0));
            String delivered = field(group, "last-delivered-id");
            for (Object entry : list(probe.call("XRANGE", ValkeyTaskSink.STREAM, "(" + delivered, "+"))) {
                left.add(list(entry).get(0) + " was not delivered");
            }
        } catch (IllegalStateException e) {
            left.add("the queue says " + e.getMessage());
        }
        return List.copyOf(left);
    }

    private static List<?> list(@Nullable Object answer) {
        return answer instanceof List<?> list ? list : List.of();
    }

    private static String field(List<?> flat, String name) {
        int at = flat.indexOf(name);
        return at < 0 ? "" : String.valueOf(flat.get(at + 1));
    }
}
