package sg.aiverify.worker.json.internal;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.harrel.jsonschema.JsonNode;
import dev.harrel.jsonschema.SimpleType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A node of a Gson tree for the schema library. Each of the library's own nodes contains its whole path, which takes
 * gigabytes for a small document with long names. This class creates a path only on request, within the budget. Two
 * nodes are never equal: {@link CanonicalText} compares values, since the library would compare without a limit.
 */
final class TreeNode implements JsonNode {
    private static final int BYTES = 64;

    private final JsonElement element;
    private final @Nullable TreeNode parent;
    private final Object step;
    private final Costs costs;
    private final SimpleType type;
    private final int pointerLength;
    private @Nullable String pointer;
    private @Nullable List<JsonNode> items;
    private @Nullable Map<String, JsonNode> members;

    /** Charges for the nodes of one tree. */
    interface Costs {
        EvaluationBudget budget();

        /** Charges for the memory of a node. */
        default void keep(long bytes) {
            budget().keep(bytes);
        }

        /** Charges for the library's work on a node. */
        default void pay(TreeNode node) {}
    }

    TreeNode(JsonElement root, Costs costs) {
        this(root, null, "", 0, costs);
    }

    private TreeNode(JsonElement element, @Nullable TreeNode parent, Object step, int pointerLength, Costs costs) {
        this.element = element;
        this.parent = parent;
        this.step = step;
        this.costs = costs;
        this.type = type(element, costs);
        this.pointerLength = pointerLength;
        costs.budget().step(1);
        costs.keep(BYTES);
        costs.pay(this);
    }

    JsonElement element() {
        return element;
    }

    @Nullable TreeNode parent() {
        return parent;
    }

    Costs costs() {
        return costs;
    }

    /** Returns the minimum length of the path, which escapes may make longer. */
    int pointerLength() {
        return pointerLength;
    }

    @Override
    public String getJsonPointer() {
        String made = pointer;
        if (made == null) {
            costs.keep(pointerLength + 48L);
            costs.budget().step(1 + pointerLength / 64);
            made = parent == null ? "" : parent.getJsonPointer() + "/" + JsonNode.encodeJsonPointer(step.toString());
            pointer = made;
        }
        return made;
    }

    @Override
    public SimpleType getNodeType() {
        return type;
    }

    @Override
    public boolean asBoolean() {
        return element.getAsBoolean();
    }

    @Override
    public String asString() {
        return element.isJsonNull() ? "null" : element.getAsString();
    }

    @Override
    public BigInteger asInteger() {
        return asNumber().toBigInteger();
    }

    @Override
    public BigDecimal asNumber() {
        return element.getAsBigDecimal();
    }

    @Override
    public List<JsonNode> asArray() {
        List<JsonNode> made = items;
        if (made == null) {
            made = new ArrayList<>(element.getAsJsonArray().size());
            for (JsonElement item : element.getAsJsonArray()) {
                made.add(child(item, made.size(), digits(made.size())));
            }
            made = Collections.unmodifiableList(made);
            items = made;
        }
        return made;
    }

    @Override
    public Map<String, JsonNode> asObject() {
        Map<String, JsonNode> made = members;
        if (made == null) {
            JsonObject object = element.getAsJsonObject();
            made = new LinkedHashMap<>(object.size() * 2);
            for (Map.Entry<String, JsonElement> member : object.entrySet()) {
                made.put(
                        member.getKey(),
                        child(
                                member.getValue(),
                                member.getKey(),
                                member.getKey().length()));
            }
            made = Collections.unmodifiableMap(made);
            members = made;
        }
        return made;
    }

    int size() {
        return type == SimpleType.ARRAY
                ? element.getAsJsonArray().size()
                : type == SimpleType.OBJECT ? element.getAsJsonObject().size() : 0;
    }

    private TreeNode child(JsonElement child, Object name, int nameLength) {
        return new TreeNode(child, this, name, pointerLength + 1 + nameLength, costs);
    }

    private static int digits(int number) {
        return number < 10 ? 1 : 1 + digits(number / 10);
    }

    private static SimpleType type(JsonElement element, Costs costs) {
        if (element.isJsonNull()) {
            return SimpleType.NULL;
        }
        if (element.isJsonArray()) {
            return SimpleType.ARRAY;
        }
        if (element.isJsonObject()) {
            return SimpleType.OBJECT;
        }
        JsonPrimitive primitive = Objects.requireNonNull((JsonPrimitive) element);
        if (primitive.isString()) {
            return SimpleType.STRING;
        }
        return primitive.isBoolean() ? SimpleType.BOOLEAN : ofNumber(primitive, costs);
    }

    private static SimpleType ofNumber(JsonPrimitive number, Costs costs) {
        if (number.getAsNumber() instanceof Long || number.getAsNumber() instanceof BigInteger) {
            return SimpleType.INTEGER;
        }
        BigDecimal exact = number.getAsBigDecimal();
        costs.budget().step(NumberCost.of(exact));
        return exact.scale() <= 0 || exact.stripTrailingZeros().scale() <= 0 ? SimpleType.INTEGER : SimpleType.NUMBER;
    }
}
