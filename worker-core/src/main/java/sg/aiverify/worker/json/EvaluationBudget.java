package sg.aiverify.worker.json;

import dev.harrel.jsonschema.Evaluator;

/**
 * What one check of a value may cost. Schema and value are foreign, the library has no bound of its own, keeps every
 * failure in memory, and cannot be interrupted.
 */
final class EvaluationBudget {
    private static final long MAX_EVALUATIONS = 10_000_000;
    private static final long MAX_FAILURES = 200_000;
    private static final long MAX_PATTERN_STEPS = 100_000_000;

    private long evaluations = MAX_EVALUATIONS;
    private long failures = MAX_FAILURES;
    private long patternSteps = MAX_PATTERN_STEPS;

    void reset() {
        evaluations = MAX_EVALUATIONS;
        failures = MAX_FAILURES;
        patternSteps = MAX_PATTERN_STEPS;
    }

    void countEvaluation() {
        if (--evaluations < 0) {
            throw new SpentException("it takes too many steps on the value");
        }
    }

    /** Counts what is no plain success: failures, and the few keywords that succeed with an annotation. */
    void countResult(Evaluator.Result result) {
        if (result != Evaluator.Result.success() && --failures < 0) {
            throw new SpentException("it gives too many results on the value");
        }
    }

    void countPatternStep(String expression) {
        if (--patternSteps < 0) {
            throw new SpentException("its pattern %s takes too long on the value".formatted(expression));
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
