package sg.aiverify.worker.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The counted results of one seed; each list contains violations. */
final class Verdict {
    final List<String> lost = new ArrayList<>();
    final List<String> storedTwice = new ArrayList<>();
    final List<String> changed = new ArrayList<>();
    final List<String> breaches = new ArrayList<>();
    final List<String> orphans = new ArrayList<>();
    /** Entries of the stream that no worker will settle. */
    final List<String> pending = new ArrayList<>();

    final List<String> crashes = new ArrayList<>();

    /** Cancels after the worker's last query before the upload: no worker can notice them. */
    int cancelledTooLate;
    /** Violations by several workers together, although each of them was correct. */
    int harmless;

    int runs;
    int successes;
    int errors;
    int cancelled;
    int orderedAgain;
    Duration recovery = Duration.ZERO;
    final Map<FaultKind, Integer> faults = new EnumMap<>(FaultKind.class);

    boolean isClean() {
        return lost.isEmpty()
                && storedTwice.isEmpty()
                && changed.isEmpty()
                && breaches.isEmpty()
                && orphans.isEmpty()
                && pending.isEmpty()
                && crashes.isEmpty();
    }

    void add(Verdict other) {
        lost.addAll(other.lost);
        storedTwice.addAll(other.storedTwice);
        changed.addAll(other.changed);
        breaches.addAll(other.breaches);
        orphans.addAll(other.orphans);
        pending.addAll(other.pending);
        crashes.addAll(other.crashes);
        cancelledTooLate += other.cancelledTooLate;
        harmless += other.harmless;
        runs += other.runs;
        successes += other.successes;
        errors += other.errors;
        cancelled += other.cancelled;
        orderedAgain += other.orderedAgain;
        recovery = recovery.compareTo(other.recovery) > 0 ? recovery : other.recovery;
        other.faults.forEach((kind, count) -> faults.merge(kind, count, Integer::sum));
    }

    /** Renders the numbers, with the violations below. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(
                "%d runs: %d success, %d error, %d cancelled;".formatted(runs, successes, errors, cancelled));
        text.append(" lost %d, stored twice %d, end changed %d, other breaches %d,"
                .formatted(lost.size(), storedTwice.size(), changed.size(), breaches.size()));
        text.append(" orphan processes %d, pending entries %d, crashed workers %d;"
                .formatted(orphans.size(), pending.size(), crashes.size()));
        text.append(" ordered again after data loss %d, cancelled too late to be seen %d, harmless %d;"
                .formatted(orderedAgain, cancelledTooLate, harmless));
        text.append(" recovered within %d ms\n  faults: %s".formatted(recovery.toMillis(), faults));
        name(text, "lost", lost);
        name(text, "stored twice", storedTwice);
        name(text, "end changed", changed);
        name(text, "breach", breaches);
        name(text, "orphan", orphans);
        name(text, "pending", pending);
        name(text, "crash", crashes);
        return text.toString();
    }

    private static void name(StringBuilder text, String what, List<String> all) {
        all.forEach(one -> text.append("\n  ").append(what).append(": ").append(one));
    }
}
