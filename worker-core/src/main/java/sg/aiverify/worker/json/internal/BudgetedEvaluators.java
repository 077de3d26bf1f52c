package sg.aiverify.worker.json.internal;

import dev.harrel.jsonschema.Evaluator;
import dev.harrel.jsonschema.EvaluatorFactory;
import dev.harrel.jsonschema.JsonNode;
import dev.harrel.jsonschema.SchemaParsingContext;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Creates the evaluators of a draft's keywords, each within a budget. For keywords whose cost in the library cannot be
 * known, this package has its own evaluators. Annotations that no keyword depends on, such as a title, are not
 * collected.
 */
final class BudgetedEvaluators implements EvaluatorFactory {
    /** The keywords, of all drafts, that can fail or that another keyword depends on. */
    private static final Set<String> CHECKED = Set.of(
            "$dynamicRef",
            "$recursiveRef",
            "$ref",
            "additionalItems",
            "additionalProperties",
            "allOf",
            "anyOf",
            "const",
            "contains",
            "dependencies",
            "dependentRequired",
            "dependentSchemas",
            "enum",
            "exclusiveMaximum",
            "exclusiveMinimum",
            "if",
            "items",
            "maxContains",
            "maxItems",
            "maxLength",
            "maxProperties",
            "maximum",
            "minContains",
            "minItems",
            "minLength",
            "minProperties",
            "minimum",
            "multipleOf",
            "not",
            "oneOf",
            "pattern",
            "patternProperties",
            "prefixItems",
            "properties",
            "propertyNames",
            "required",
            "type",
            "unevaluatedItems",
            "unevaluatedProperties",
            "uniqueItems");

    private static final Evaluator NOTHING = (context, node) -> Evaluator.Result.success();
    private static final int EVALUATOR_BYTES = 200;
    /** The size of a compiled expression, in bytes per character of the expression. */
    private static final int PATTERN_BYTES = 100;

    private final EvaluationBudget budget;

    BudgetedEvaluators(EvaluationBudget budget) {
        this.budget = budget;
    }

    @Override
    public Optional<Evaluator> create(SchemaParsingContext context, String keyword, JsonNode value) {
        budget.keep(EVALUATOR_BYTES);
        Evaluator evaluator = CHECKED.contains(keyword) ? evaluator(context, keyword, value) : NOTHING;
        // If creating an evaluator fails, the library drops the keyword without an error.
        budget.throwIfOver();
        // If the result were empty, the library would use the draft's evaluator, without a budget.
        return Optional.of(new Budgeted(evaluator, new KeywordCost(keyword, value), budget));
    }

    private Evaluator evaluator(SchemaParsingContext context, String keyword, JsonNode value) {
        if (keyword.equals("pattern") && value.isString()) {
            budget.keep((long) PATTERN_BYTES * value.asString().length());
            return new GuardedPattern(value.asString(), budget);
        }
        // The library compiles all patterns at once, and drops the keyword if one of them cannot be compiled.
        List<Pattern> patterns = keyword.equals("patternProperties") && value.isObject() ? patterns(value) : List.of();
        return context.getDialect()
                .getEvaluatorFactory()
                .create(context, keyword, value)
                .map(known -> own(keyword, value, known, patterns))
                .orElse(NOTHING);
    }

    private Evaluator own(String keyword, JsonNode value, Evaluator known, List<Pattern> patterns) {
        return switch (keyword) {
            case "uniqueItems" -> value.asBoolean() ? new UniqueItems(budget) : NOTHING;
            case "const" -> new OneOfValues(keyword, List.of(value), budget);
            case "enum" -> new OneOfValues(keyword, value.asArray(), budget);
            case "patternProperties" -> new GuardedProperties(patterns, known, budget);
            default -> known;
        };
    }

    private List<Pattern> patterns(JsonNode value) {
        return value.asObject().keySet().stream()
                .map(expression -> {
                    budget.keep((long) PATTERN_BYTES * expression.length());
                    return GuardedProperties.compiled(expression, budget);
                })
                .toList();
    }
}
