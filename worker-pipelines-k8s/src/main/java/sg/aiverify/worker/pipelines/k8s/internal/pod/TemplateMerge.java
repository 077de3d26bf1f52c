package sg.aiverify.worker.pipelines.k8s.internal.pod;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Merges pod templates: objects member by member, mounts by their paths, lists of other named things by their names,
 * other lists end to end. A null removes. So a template says only what differs.
 */
final class TemplateMerge {
    // The path first: two mounts of one volume have one name.
    private static final List<String> KEYS = List.of("mountPath", "devicePath", "name");

    private TemplateMerge() {}

    /** Returns the base with everything of the overlay in it; neither is changed. */
    static JsonObject merge(JsonObject base, JsonObject overlay) {
        JsonObject merged = base.deepCopy();
        overlay.asMap().forEach((name, value) -> {
            if (value.isJsonNull()) {
                merged.remove(name);
            } else {
                merged.add(name, mergeValues(merged.get(name), value));
            }
        });
        return merged;
    }

    private static JsonElement mergeValues(@Nullable JsonElement base, JsonElement overlay) {
        if (base instanceof JsonObject below && overlay instanceof JsonObject above) {
            return merge(below, above);
        }
        if (base instanceof JsonArray below && overlay instanceof JsonArray above) {
            return mergeLists(below, above);
        }
        return overlay.deepCopy();
    }

    private static JsonArray mergeLists(JsonArray base, JsonArray overlay) {
        JsonArray merged = base.deepCopy();
        for (JsonElement item : overlay) {
            int same = indexOf(base, item);
            if (same < 0) {
                merged.add(item.deepCopy());
            } else {
                merged.set(same, mergeValues(merged.get(same), item));
            }
        }
        return merged;
    }

    private static int indexOf(JsonArray items, JsonElement wanted) {
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i).equals(wanted) || haveSameKey(items.get(i), wanted)) {
                return i;
            }
        }
        return -1;
    }

    private static boolean haveSameKey(JsonElement one, JsonElement other) {
        if (!(one instanceof JsonObject first) || !(other instanceof JsonObject second)) {
            return false;
        }
        return KEYS.stream()
                .filter(key -> first.has(key) && second.has(key))
                .findFirst()
                .map(key -> first.get(key).equals(second.get(key)))
                .orElse(false);
    }
}
