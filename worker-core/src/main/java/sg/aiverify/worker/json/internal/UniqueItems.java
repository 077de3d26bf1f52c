package sg.aiverify.worker.json.internal;

import dev.harrel.jsonschema.EvaluationContext;
import dev.harrel.jsonschema.Evaluator;
import dev.harrel.jsonschema.JsonNode;
import java.util.HashSet;
import java.util.Set;

/** The keyword {@code uniqueItems}, which the library would evaluate by comparing each item with all others. */
record UniqueItems(EvaluationBudget budget) implements Evaluator {
    @Override
    public Result evaluate(EvaluationContext context, JsonNode node) {
        if (!node.isArray()) {
            return Result.success();
        }
        long kept = 0;
        Set<String> seen = new HashSet<>();
        for (JsonNode item : node.asArray()) {
            String text = CanonicalText.of(item, budget);
            long bytes = 100L + text.length();
            budget.keep(bytes);
            kept += bytes;
            if (!seen.add(text)) {
                budget.free(kept);
                return Result.formattedFailure("uniqueItems");
            }
        }
        budget.free(kept);
        return Result.success();
    }
}
