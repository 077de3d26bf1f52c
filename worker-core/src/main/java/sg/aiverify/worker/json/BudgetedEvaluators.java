package sg.aiverify.worker.json;

import dev.harrel.jsonschema.EvaluationContext;
import dev.harrel.jsonschema.Evaluator;
import dev.harrel.jsonschema.EvaluatorFactory;
import dev.harrel.jsonschema.JsonNode;
import dev.harrel.jsonschema.SchemaParsingContext;
import java.util.Optional;

/** The keywords of a draft, each evaluated within a budget, with {@link GuardedPattern} in place of {@code pattern}. */
final class BudgetedEvaluators implements EvaluatorFactory {
    private final EvaluatorFactory draft;
    private final EvaluationBudget budget;

    BudgetedEvaluators(EvaluatorFactory draft, EvaluationBudget budget) {
        this.draft = draft;
        this.budget = budget;
    }

    @Override
    public Optional<Evaluator> create(SchemaParsingContext context, String keyword, JsonNode value) {
        if (keyword.equals("pattern") && value.isString()) {
            return Optional.of(new Budgeted(new GuardedPattern(value.asString(), budget), budget));
        }
        return draft.create(context, keyword, value).map(evaluator -> new Budgeted(evaluator, budget));
    }

    private record Budgeted(Evaluator evaluator, EvaluationBudget budget) implements Evaluator {
        @Override
        public Result evaluate(EvaluationContext context, JsonNode node) {
            budget.countEvaluation();
            Result result = evaluator.evaluate(context, node);
            budget.countResult(result);
            return result;
        }

        @Override
        public int getOrder() {
            return evaluator.getOrder();
        }
    }
}
