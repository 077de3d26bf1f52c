package sg.aiverify.worker.json.internal;

import dev.harrel.jsonschema.EvaluationContext;
import dev.harrel.jsonschema.Evaluator;
import dev.harrel.jsonschema.JsonNode;

/** A keyword of a schema that charges the budget for each evaluation and for the results that the library keeps. */
record Budgeted(Evaluator evaluator, KeywordCost cost, EvaluationBudget budget) implements Evaluator {
    private static final int RESULT_BYTES = 400;

    @Override
    public Result evaluate(EvaluationContext context, JsonNode node) {
        long failures = budget.failureBytes();
        int path = budget.enter(node, cost);
        try {
            budget.step(cost.steps(node, path, budget));
            budget.keepFailure(cost.falseBytes(node, path));
            Result result = evaluator.evaluate(context, node);
            if (result == Result.success()) {
                budget.forgetFailures(failures);
            } else if (cost.annotates()) {
                budget.annotated();
                budget.keep(RESULT_BYTES + path + cost.annotationBytes(node));
            } else {
                budget.keepFailure(RESULT_BYTES + path + cost.failureBytes());
            }
            return result;
        } finally {
            budget.leave(cost);
        }
    }

    @Override
    public int getOrder() {
        return evaluator.getOrder();
    }
}
