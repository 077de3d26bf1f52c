package sg.aiverify.worker.json.internal;

import dev.harrel.jsonschema.EvaluationContext;
import dev.harrel.jsonschema.Evaluator;
import dev.harrel.jsonschema.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The keywords {@code enum} and {@code const}. */
final class OneOfValues implements Evaluator {
    private static final int SHOWN = 50;

    private final String keyword;
    private final Set<String> values = new HashSet<>();
    private final boolean areScalar;
    private final String choices;
    private final EvaluationBudget budget;

    OneOfValues(String keyword, List<JsonNode> values, EvaluationBudget budget) {
        this.keyword = keyword;
        this.budget = budget;
        this.areScalar = values.stream().noneMatch(OneOfValues::isContainer);
        List<String> shown = new ArrayList<>();
        for (JsonNode value : values) {
            String text = CanonicalText.of(value, budget);
            budget.keep(100 + text.length());
            this.values.add(text);
            if (shown.size() < SHOWN) {
                shown.add(shown(value));
            }
        }
        int more = values.size() - shown.size();
        this.choices = String.join(", ", shown) + (more > 0 ? " and %d more".formatted(more) : "");
    }

    private static String shown(JsonNode value) {
        return value.isString() ? Excerpt.of(value.asString()) : Excerpt.of(((TreeNode) value).element());
    }

    private static boolean isContainer(JsonNode value) {
        return value.isArray() || value.isObject();
    }

    @Override
    public Result evaluate(EvaluationContext context, JsonNode node) {
        boolean differs = areScalar && isContainer(node);
        if (!differs && values.contains(CanonicalText.of(node, budget))) {
            return Result.success();
        }
        return Result.formattedFailure(keyword, "", choices);
    }
}
