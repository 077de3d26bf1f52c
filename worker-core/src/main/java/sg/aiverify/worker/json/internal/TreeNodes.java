package sg.aiverify.worker.json.internal;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import dev.harrel.jsonschema.JsonNode;
import dev.harrel.jsonschema.JsonNodeFactory;
import dev.harrel.jsonschema.SimpleType;
import org.jspecify.annotations.Nullable;

/** Creates the nodes of a value or of a schema. A schema's nodes cost more, since each may be a separate schema. */
final class TreeNodes implements JsonNodeFactory {
    private final TreeNode.Costs costs;

    private TreeNodes(TreeNode.Costs costs) {
        this.costs = costs;
    }

    static TreeNodes ofValue(EvaluationBudget budget) {
        return new TreeNodes(() -> budget);
    }

    static TreeNodes ofSchema(SchemaCosts costs) {
        return new TreeNodes(costs);
    }

    @Override
    public JsonNode wrap(Object node) {
        if (node instanceof TreeNode wrapped) {
            return wrapped.parent() == null ? wrapped : new TreeNode(wrapped.element(), wrapped.costs());
        }
        if (node instanceof JsonElement element) {
            return new TreeNode(element, costs);
        }
        throw new IllegalArgumentException("not a Gson tree: " + node.getClass());
    }

    /** Reads the meta-schemas of the drafts, which are part of the library. */
    @Override
    public JsonNode create(String json) {
        return new TreeNode(JsonParser.parseString(json), costs);
    }

    /**
     * Charges for the registry of schemas. The library registers every object and boolean under its path and its URI,
     * and again under the URI of each enclosing object with an {@code $id}. For each object with an {@code $id}, the
     * library iterates over all registered schemas.
     */
    static final class SchemaCosts implements TreeNode.Costs {
        private static final int SCHEMA_BYTES = 700;
        private static final int COPY_BYTES = 150;

        private final EvaluationBudget budget;
        private long schemas;
        private long longestId;
        private long kept;

        SchemaCosts(EvaluationBudget budget) {
            this.budget = budget;
        }

        @Override
        public EvaluationBudget budget() {
            return budget;
        }

        @Override
        public void keep(long bytes) {
            kept += bytes;
            budget.keep(bytes);
        }

        /** Returns the memory of the schema's nodes, in bytes. Some nodes are created only while values are checked. */
        long kept() {
            return kept;
        }

        @Override
        public void pay(TreeNode node) {
            if (node.getNodeType() != SimpleType.OBJECT && node.getNodeType() != SimpleType.BOOLEAN) {
                return;
            }
            schemas++;
            int idLength = idLength(node);
            if (idLength >= 0) {
                longestId = Math.max(longestId, idLength);
                budget.step(schemas);
            }
            long addressLength = longestId + node.pointerLength();
            long copies = 0;
            for (TreeNode around = node.parent(); around != null; around = around.parent()) {
                copies += idLength(around) >= 0 ? 1 : 0;
            }
            budget.step(5 + addressLength / 16);
            keep(SCHEMA_BYTES + 3 * addressLength + copies * (COPY_BYTES + node.pointerLength()));
        }

        private static int idLength(TreeNode node) {
            return node.getNodeType() != SimpleType.OBJECT
                    ? -1
                    : Math.max(
                            length(node.element().getAsJsonObject().get("$id")),
                            length(node.element().getAsJsonObject().get("id")));
        }

        private static int length(@Nullable JsonElement id) {
            return id instanceof JsonPrimitive primitive && primitive.isString()
                    ? primitive.getAsString().length()
                    : -1;
        }
    }
}
