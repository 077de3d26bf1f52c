package sg.aiverify.worker.json.internal;

import dev.harrel.jsonschema.EvaluationContext;
import dev.harrel.jsonschema.Evaluator;
import dev.harrel.jsonschema.JsonNode;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The keyword {@code patternProperties}. The library matches the expressions without a limit. Therefore this class
 * first tries each expression on every name within the budget.
 */
record GuardedProperties(List<Pattern> patterns, Evaluator evaluator, EvaluationBudget budget) implements Evaluator {
    /**
     * The cost of the library's own search, charged here since a schema {@code true} or {@code false} charges nothing.
     */
    private static final int STEPS_PER_MATCH = 10;

    /** Compiles an expression. An expression that Java cannot compile, or whose cost is unknown, ends the check. */
    static Pattern compiled(String expression, EvaluationBudget budget) {
        if (PatternCost.of(expression).isEmpty()) {
            throw budget.spent("its pattern %s under patternProperties has parts of unknown cost"
                    .formatted(Excerpt.of(expression)));
        }
        try {
            return Pattern.compile(expression);
        } catch (PatternSyntaxException e) {
            throw budget.spent("its pattern %s under patternProperties cannot be compiled in Java: %s"
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
