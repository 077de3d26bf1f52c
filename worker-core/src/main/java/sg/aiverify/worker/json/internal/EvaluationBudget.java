package sg.aiverify.worker.json.internal;

import dev.harrel.jsonschema.JsonNode;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What one schema and the values that are checked against it may cost together. Both are foreign, and the library has
 * no bound of its own, keeps every failure in memory, and cannot be interrupted. A step takes about a tenth of a
 * microsecond.
 */
final class EvaluationBudget {
    static final long MAX_STEPS = 10_000_000;
    static final long MAX_MEMORY = 32L * 1024 * 1024;
    static final long MAX_PATTERN_STEPS = 100_000_000;
    private static final int STEPS_PER_CHECK = 4096;

    private Runnable checkpoint;
    private long steps = MAX_STEPS;
    private long memory = MAX_MEMORY;
    private long patternSteps = MAX_PATTERN_STEPS;
    private long uncheckedSteps;
    private long failureBytes;
    private @Nullable SpentException spent;
    private boolean hasUncheckedPattern;

    private long annotations;

    private int depth;
    private int pathLength;
    private @Nullable JsonNode[] nodes = new JsonNode[64];
    private long[] annotationsBefore = new long[64];

    /**
     * Creates a whole budget.
     *
     * @param checkpoint called every few hundred microseconds; what it throws ends the check
     */
    EvaluationBudget(Runnable checkpoint) {
        this.checkpoint = checkpoint;
    }

    /**
     * What was left at some time.
     *
     * @param steps of them
     * @param memory in bytes
     * @param patternSteps of them
     */
    record Rest(long steps, long memory, long patternSteps) {}

    /** Returns what is left now. */
    Rest rest() {
        return new Rest(steps, memory, patternSteps);
    }

    /** Begins with values of somebody else, with what was left after the schema was prepared. */
    void restart(Rest rest, Runnable newCheckpoint) {
        checkpoint = newCheckpoint;
        steps = rest.steps;
        memory = rest.memory;
        patternSteps = rest.patternSteps;
        uncheckedSteps = 0;
        failureBytes = 0;
        spent = null;
    }

    /** Lets go of the values that were checked, and of whoever wanted to know. */
    void forgetValues() {
        Arrays.fill(nodes, null);
        checkpoint = () -> {};
    }

    void step(long count) {
        steps -= count;
        if (steps < 0) {
            throw spent("to check it takes more than %d steps".formatted(MAX_STEPS));
        }
        check(count);
    }

    void keep(long bytes) {
        memory -= bytes;
        if (memory < 0) {
            throw spent("to check it takes more than %d MiB of memory".formatted(MAX_MEMORY / 1024 / 1024));
        }
    }

    /** Returns what is left of the memory. */
    long memory() {
        return memory;
    }

    void free(long bytes) {
        memory += bytes;
    }

    /** Pays for a failure, which the library keeps until the keyword above it turns out to be met. */
    void keepFailure(long bytes) {
        keep(bytes);
        failureBytes += bytes;
    }

    /** Returns what the failures cost that are kept now. */
    long failureBytes() {
        return failureBytes;
    }

    /** Frees the failures that came since they cost as much as given. */
    void forgetFailures(long before) {
        free(failureBytes - before);
        failureBytes = before;
    }

    void patternStep(String expression, long weight) {
        patternSteps -= weight;
        if (patternSteps < 0) {
            throw spent("its pattern %s takes more than %d steps on the value"
                    .formatted(Excerpt.of(expression), MAX_PATTERN_STEPS));
        }
        check(1);
    }

    /** Returns true the first time only: a schema can have a hundred thousand patterns, and has one warning. */
    boolean isFirstUncheckedPattern() {
        boolean isFirst = !hasUncheckedPattern;
        hasUncheckedPattern = true;
        return isFirst;
    }

    SpentException spent(String message) {
        SpentException thrown = new SpentException(message);
        spent = thrown;
        return thrown;
    }

    /** Throws what the library may have swallowed. */
    void throwIfOver() {
        if (spent != null) {
            throw spent;
        }
        checkpoint.run();
    }

    /** Begins the evaluation of one keyword on a node; returns how long the path to it in the schema is at most. */
    int enter(JsonNode node, KeywordCost keyword) {
        if (depth == nodes.length) {
            nodes = Arrays.copyOf(nodes, depth * 2);
            annotationsBefore = Arrays.copyOf(annotationsBefore, depth * 2);
        }
        if (nodes[depth] != node) {
            nodes[depth] = node;
            annotationsBefore[depth] = annotations;
        }
        depth++;
        int path = pathLength + keyword.pathLength();
        if (keyword.refers()) {
            pathLength = path;
        }
        return path;
    }

    void leave(KeywordCost keyword) {
        depth--;
        if (keyword.refers()) {
            pathLength -= keyword.pathLength();
        }
    }

    int depth() {
        return depth;
    }

    void annotated() {
        annotations++;
    }

    /** Returns at least as many as the library goes through to see what of the present node was evaluated. */
    long annotationsOfNode() {
        return annotations - annotationsBefore[depth - 1];
    }

    private void check(long count) {
        uncheckedSteps += count;
        if (uncheckedSteps >= STEPS_PER_CHECK) {
            uncheckedSteps = 0;
            checkpoint.run();
        }
    }

    /** Thrown through the schema library. */
    static final class SpentException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        SpentException(String message) {
            super(message);
        }
    }
}
