package sg.aiverify.worker.json.internal;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.harrel.jsonschema.Error;
import dev.harrel.jsonschema.JsonNode;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes NaN and infinities, which Python writes and JSON Schema does not know, behave as in Python. They are numbers,
 * but not integers. Infinity is beyond every bound; NaN is within every bound.
 */
final class NonFiniteNumbers {
    private static final Set<String> BOUNDS =
            Set.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf");
    private static final BigDecimal HALF = new BigDecimal("0.5");
    private static final BigDecimal BEYOND = new BigDecimal("1E+400").add(HALF);

    private final Set<String> nans = new HashSet<>();
    private final EvaluationBudget budget;
    private JsonElement finite;

    private NonFiniteNumbers(JsonElement instance, EvaluationBudget budget) {
        this.budget = budget;
        this.finite = instance;
        if (isAnyIn(instance)) {
            this.finite = replaced(instance, "");
        }
    }

    static NonFiniteNumbers replacedIn(JsonElement instance, EvaluationBudget budget) {
        return new NonFiniteNumbers(instance, budget);
    }

    JsonElement finite() {
        return finite;
    }

    List<Error> relevant(List<Error> errors) {
        return errors.stream()
                .filter(error -> !(BOUNDS.contains(String.valueOf(error.getKeyword()))
                        && nans.contains(error.getInstanceLocation())))
                .toList();
    }

    static boolean isNonFinite(JsonElement value) {
        return value instanceof JsonPrimitive primitive
                && primitive.isNumber()
                && primitive.getAsNumber() instanceof Double number
                && !Double.isFinite(number);
    }

    private boolean isAnyIn(JsonElement value) {
        budget.step(1);
        if (value.isJsonObject()) {
            return value.getAsJsonObject().asMap().values().stream().anyMatch(this::isAnyIn);
        }
        if (value.isJsonArray()) {
            return value.getAsJsonArray().asList().stream().anyMatch(this::isAnyIn);
        }
        return isNonFinite(value);
    }

    private JsonElement replaced(JsonElement value, String pointer) {
        budget.step(2 + pointer.length() / 64);
        if (value.isJsonObject()) {
            JsonObject copy = new JsonObject();
            for (Map.Entry<String, JsonElement> member : value.getAsJsonObject().entrySet()) {
                String place = pointer + "/" + JsonNode.encodeJsonPointer(member.getKey());
                copy.add(member.getKey(), replaced(member.getValue(), place));
            }
            return copy;
        }
        if (value.isJsonArray()) {
            JsonArray copy = new JsonArray();
            for (JsonElement member : value.getAsJsonArray()) {
                copy.add(replaced(member, pointer + "/" + copy.size()));
            }
            return copy;
        }
        if (!isNonFinite(value)) {
            return value;
        }
        double number = value.getAsDouble();
        if (Double.isNaN(number)) {
            budget.keep(100 + pointer.length());
            nans.add(pointer);
            return new JsonPrimitive(HALF);
        }
        return new JsonPrimitive(number > 0 ? BEYOND : BEYOND.negate());
    }
}
