package sg.aiverify.worker.json.internal;

import dev.harrel.jsonschema.JsonNode;
import java.util.Map;
import java.util.TreeMap;

/**
 * Converts values to text, so that two values have the same text if and only if they are equal in JSON Schema. The
 * numbers {@code 1} and {@code 1.0} are equal; the order of properties does not matter. Values are compared as strings,
 * since hash sets of strings stay fast even if all hashes are equal.
 */
final class CanonicalText {
    private static final int CHARACTERS_PER_STEP = 32;

    private final StringBuilder text = new StringBuilder();
    private final EvaluationBudget budget;

    private CanonicalText(EvaluationBudget budget) {
        this.budget = budget;
    }

    static String of(JsonNode value, EvaluationBudget budget) {
        CanonicalText canonical = new CanonicalText(budget);
        canonical.append(value);
        return canonical.text.toString();
    }

    private void append(JsonNode value) {
        switch (value.getNodeType()) {
            case NULL -> append('n', "");
            case BOOLEAN -> append('b', String.valueOf(value.asBoolean()));
            case STRING -> append('s', value.asString());
            case INTEGER, NUMBER -> {
                budget.step(NumberCost.of(value.asNumber()));
                append('d', value.asNumber().stripTrailingZeros().toString());
            }
            case ARRAY -> {
                append('a', String.valueOf(value.asArray().size()));
                value.asArray().forEach(this::append);
            }
            case OBJECT -> {
                Map<String, JsonNode> sorted = new TreeMap<>(value.asObject());
                append('o', String.valueOf(sorted.size()));
                sorted.forEach((name, member) -> {
                    append('s', name);
                    append(member);
                });
            }
        }
    }

    private void append(char kind, String content) {
        budget.step(1 + content.length() / CHARACTERS_PER_STEP);
        text.append(kind).append(content.length()).append(':').append(content);
    }
}
