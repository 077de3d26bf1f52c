package sg.aiverify.worker.json;

import dev.harrel.jsonschema.EvaluationContext;
import dev.harrel.jsonschema.Evaluator;
import dev.harrel.jsonschema.JsonNode;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The keyword {@code patternProperties}. The library matches its expressions by itself, so each is tried right before,
 * with an end, on every name that it will meet.
 */
record GuardedProperties(List<Pattern> patterns, Evaluator evaluator, EvaluationBudget budget) implements Evaluator {
    GuardedProperties {
        for (Pattern pattern : patterns) {
            if (PatternCost.of(pattern.pattern()).isEmpty()) {
                throw budget.spent("its pattern %s under patternProperties has parts whose cost is not known"
                        .formatted(Excerpt.of(pattern.pattern())));
            }
        }
    }

    @Override
    public Result evaluate(EvaluationContext context, JsonNode node) {
        if (node.isObject()) {
            for (Pattern pattern : patterns) {
                for (String name : node.asObject().keySet()) {
                    GuardedPattern.find(pattern, name, budget);
                }
            }
        }
        return evaluator.evaluate(context, node);
    }

    @Override
    public int getOrder() {
        return evaluator.getOrder();
    }
}
