package sg.aiverify.worker.json;

import com.google.gson.JsonElement;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The expressions under {@code patternProperties}. The library matches them by itself, so each is tried before, with a
 * bound, on every name that it may meet.
 */
final class PropertyPatterns {
    private final Set<Pattern> patterns = new HashSet<>();

    private PropertyPatterns() {}

    static PropertyPatterns of(JsonElement schema) {
        PropertyPatterns found = new PropertyPatterns();
        found.collect(schema);
        return found;
    }

    /** Spends the budget if an expression has no end on a name. */
    void tryOn(JsonElement instance, EvaluationBudget budget) {
        if (patterns.isEmpty()) {
            return;
        }
        Set<String> names = new HashSet<>();
        collectNames(instance, names);
        for (Pattern pattern : patterns) {
            for (String name : names) {
                GuardedPattern.find(pattern, name, budget);
            }
        }
    }

    private void collect(JsonElement schema) {
        if (schema.isJsonArray()) {
            schema.getAsJsonArray().forEach(this::collect);
        } else if (schema.isJsonObject()) {
            schema.getAsJsonObject().asMap().forEach((keyword, value) -> {
                if (keyword.equals("patternProperties") && value.isJsonObject()) {
                    value.getAsJsonObject().keySet().forEach(name -> patterns.add(Pattern.compile(name)));
                }
                collect(value);
            });
        }
    }

    private static void collectNames(JsonElement value, Set<String> names) {
        if (value.isJsonArray()) {
            value.getAsJsonArray().forEach(member -> collectNames(member, names));
        } else if (value.isJsonObject()) {
            names.addAll(value.getAsJsonObject().keySet());
            value.getAsJsonObject().asMap().values().forEach(member -> collectNames(member, names));
        }
    }
}
