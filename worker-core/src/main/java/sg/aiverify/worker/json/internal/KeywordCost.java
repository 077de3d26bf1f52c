package sg.aiverify.worker.json.internal;

import dev.harrel.jsonschema.JsonNode;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * The cost of evaluating one keyword of a schema, in steps and bytes, without the cost of the keywords that it calls.
 */
final class KeywordCost {
    /** Keywords that iterate over the items or properties of the node. */
    private static final Set<String> OVER_NODE = Set.of(
            "additionalItems",
            "additionalProperties",
            "contains",
            "dependencies",
            "dependentRequired",
            "dependentSchemas",
            "items",
            "patternProperties",
            "prefixItems",
            "properties",
            "propertyNames",
            "required",
            "unevaluatedItems",
            "unevaluatedProperties",
            "uniqueItems");
    /** Keywords that iterate over their own value in the schema. */
    private static final Set<String> OVER_VALUE =
            Set.of("allOf", "anyOf", "dependencies", "dependentRequired", "oneOf", "required", "type");

    private static final Set<String> ANNOTATING = Set.of(
            "additionalItems",
            "additionalProperties",
            "contains",
            "items",
            "patternProperties",
            "prefixItems",
            "properties",
            "unevaluatedItems",
            "unevaluatedProperties");
    /** Keywords whose value is a list or a map of schemas. */
    private static final Set<String> OF_SCHEMAS = Set.of(
            "allOf",
            "anyOf",
            "dependencies",
            "dependentSchemas",
            "items",
            "oneOf",
            "patternProperties",
            "prefixItems",
            "properties");
    /** Keywords whose schemas apply to each item or property of the node. */
    private static final Set<String> PER_MEMBER = Set.of(
            "additionalItems",
            "additionalProperties",
            "contains",
            "items",
            "propertyNames",
            "unevaluatedItems",
            "unevaluatedProperties",
            "patternProperties");

    private static final Set<String> REFERRING = Set.of("$dynamicRef", "$recursiveRef", "$ref");
    private static final Set<String> OVER_ANNOTATIONS = Set.of("unevaluatedItems", "unevaluatedProperties");
    private static final Set<String> OVER_TEXT = Set.of("maxLength", "minLength");
    private static final Set<String> ARITHMETIC =
            Set.of("exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf");
    private static final int CHARACTERS_PER_STEP = 64;
    private static final int PROPERTY_BYTES = 48;
    private static final int FALSE_BYTES = 100;
    /** The memory of a name or an index in a failure's message. */
    private static final int NAME_BYTES = 64;

    private final String keyword;
    private final JsonNode value;
    private final int pathLength;
    private final long fixed;
    private final long falses;
    private final long falseNames;

    KeywordCost(String keyword, JsonNode value) {
        this.keyword = keyword;
        this.value = value;
        this.pathLength = value.getJsonPointer().length();
        this.fixed = 1 + (OVER_VALUE.contains(keyword) ? sizeOf(value) : 0);
        List<JsonNode> found = falses(keyword, value);
        this.falses = found.size();
        this.falseNames = found.stream()
                .mapToLong(schema -> schema.getJsonPointer().length() - pathLength)
                .sum();
    }

    private static List<JsonNode> falses(String keyword, JsonNode value) {
        Collection<JsonNode> schemas = List.of(value);
        if (OF_SCHEMAS.contains(keyword) && value.isArray()) {
            schemas = value.asArray();
        } else if (OF_SCHEMAS.contains(keyword) && value.isObject() && !keyword.equals("items")) {
            schemas = value.asObject().values();
        }
        return schemas.stream().filter(KeywordCost::isFalse).toList();
    }

    private static boolean isFalse(JsonNode value) {
        return value.isBoolean() && !value.asBoolean();
    }

    private static long sizeOf(JsonNode value) {
        if (value.isArray()) {
            return value.asArray().stream()
                    .mapToLong(item -> 1 + (item.isString() ? item.asString().length() / CHARACTERS_PER_STEP : 0))
                    .sum();
        }
        return value.isObject()
                ? value.asObject().values().stream()
                        .mapToLong(member -> 1 + sizeOf(member))
                        .sum()
                : 0;
    }

    /** Returns the length of this keyword's path. A reference adds this length to the paths in its target. */
    int pathLength() {
        return pathLength;
    }

    boolean refers() {
        return REFERRING.contains(keyword);
    }

    boolean annotates() {
        return ANNOTATING.contains(keyword);
    }

    long annotationBytes(JsonNode node) {
        return (long) PROPERTY_BYTES * sizeOfNode(node);
    }

    long failureBytes() {
        return NAME_BYTES * (fixed - 1);
    }

    /** Returns the memory of failures of the {@code false} subschemas, which have no keywords that could be charged. */
    long falseBytes(JsonNode node, int path) {
        long times = PER_MEMBER.contains(keyword) ? sizeOfNode(node) : 1;
        return times * (falses * (FALSE_BYTES + (path > FALSE_BYTES ? path : 0)) + falseNames);
    }

    long steps(JsonNode node, long path, EvaluationBudget budget) {
        long steps = fixed + path / CHARACTERS_PER_STEP;
        if (OVER_NODE.contains(keyword)) {
            steps += sizeOfNode(node);
        }
        if (refers()) {
            steps += budget.depth() / 8 + value.asString().length() / CHARACTERS_PER_STEP;
        } else if (OVER_ANNOTATIONS.contains(keyword)) {
            steps += budget.annotationsOfNode();
        } else if (OVER_TEXT.contains(keyword) && node.isString()) {
            steps += node.asString().length() / CHARACTERS_PER_STEP;
        } else if (ARITHMETIC.contains(keyword) && node.isNumber() && value.isNumber()) {
            steps += NumberCost.of(node.asNumber(), value.asNumber());
        }
        return steps;
    }

    private static int sizeOfNode(JsonNode node) {
        return node instanceof TreeNode tree ? tree.size() : 0;
    }
}
