package sg.aiverify.worker.json.internal;

import dev.harrel.jsonschema.JsonNode;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The limit on the cost of one schema and the values checked against it. Both are untrusted. The schema library itself
 * has no limit, keeps every failure in memory, and cannot be interrupted. A step takes about a tenth of a microsecond.
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
     * Creates a full budget.
     *
     * @param checkpoint called every few hundred microseconds; an exception that it throws ends the check
     */
    EvaluationBudget(Runnable checkpoint) {
        this.checkpoint = checkpoint;
    }

    /**
     * The remaining budget at one point in time.
     *
     * @param steps the remaining steps
     * @param memory the remaining memory, in bytes
     * @param patternSteps the remaining steps of regular expressions
     */
    record Rest(long steps, long memory, long patternSteps) {}

    /** Returns the remaining budget. */
    Rest rest() {
        return new Rest(steps, memory, patternSteps);
    }

    /** Resets the budget for another caller's values, to the budget that remained after the schema was prepared. */
    void restart(Rest rest, Runnable newCheckpoint) {
        checkpoint = newCheckpoint;
        steps = rest.steps;
        memory = rest.memory;
        patternSteps = rest.patternSteps;
        uncheckedSteps = 0;
        failureBytes = 0;
        spent = null;
    }

    /** Releases the checked values and the checkpoint. */
    void forgetValues() {
        Arrays.fill(nodes, null);
        checkpoint = () -> {};
    }

    void step(long count) {
        steps -= count;
        if (steps < 0) {
            throw spent("checking it takes more than %d steps".formatted(MAX_STEPS));
        }
        check(count);
    }

    void keep(long bytes) {
        memory -= bytes;
        if (memory < 0) {
            throw spent("checking it takes more than %d MiB of memory".formatted(MAX_MEMORY / 1024 / 1024));
        }
    }

    /** Returns the remaining memory, in bytes. */
    long memory() {
        return memory;
    }

    void free(long bytes) {
        memory += bytes;
    }

    /** Charges for a failure, which the library keeps until the enclosing keyword succeeds. */
    void keepFailure(long bytes) {
        keep(bytes);
        failureBytes += bytes;
    }

    /** Returns the memory of all failures that the library keeps now, in bytes. */
    long failureBytes() {
        return failureBytes;
    }

    /** Frees the memory of the failures added since {@link #failureBytes} returned the given number. */
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

    /**
     * Returns true on the first call only. A schema can have a hundred thousand patterns, but must cause one warning.
     */
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

    /** Throws the exception again if the budget is spent, since the library may have ignored the exception. */
    void throwIfOver() {
        if (spent != null) {
            throw spent;
        }
        checkpoint.run();
    }

    /**
     * Begins the evaluation of one keyword on a node. Returns the maximum length of the keyword's path in the schema.
     */
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

    /**
     * Returns the maximum number of annotations that the library searches for the evaluated parts of the current node.
     */
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

    /** The budget is spent. This exception passes through the schema library. */
    static final class SpentException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        SpentException(String message) {
            super(message);
        }
    }
}
