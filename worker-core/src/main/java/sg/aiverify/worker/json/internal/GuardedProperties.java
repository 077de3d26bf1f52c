package sg.aiverify.worker.json.internal;

import dev.harrel.jsonschema.EvaluationContext;
import dev.harrel.jsonschema.Evaluator;
import dev.harrel.jsonschema.JsonNode;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The keyword {@code patternProperties}. The library matches its expressions by itself, so each is tried right before,
 * with an end, on every name that it will meet.
 */
record GuardedProperties(List<Pattern> patterns, Evaluator evaluator, EvaluationBudget budget) implements Evaluator {
    /** The library searches once more, and a schema that is just {@code true} or {@code false} does not pay. */
    private static final int STEPS_PER_MATCH = 10;

    /** Prepares an expression; what Java cannot read, or what it costs without end, ends the check. */
    static Pattern compiled(String expression, EvaluationBudget budget) {
        if (PatternCost.of(expression).isEmpty()) {
            throw budget.spent("its pattern %s under patternProperties has parts whose cost is not known"
                    .formatted(Excerpt.of(expression)));
        }
        try {
            return Pattern.compile(expression);
        } catch (PatternSyntaxException e) {
            throw budget.spent("its pattern %s under patternProperties cannot be read here: %s"
                    .formatted(Excerpt.of(expression), e.getDescription()));
        }
    }

    @Override
    public Result evaluate(EvaluationContext context, JsonNode node) {
        if (node.isObject()) {
            for (Pattern pattern : patterns) {
                for (String name : node.asObject().keySet()) {
                    if (GuardedPattern.find(pattern, name, budget)) {
                        budget.step(STEPS_PER_MATCH);
                    }
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
