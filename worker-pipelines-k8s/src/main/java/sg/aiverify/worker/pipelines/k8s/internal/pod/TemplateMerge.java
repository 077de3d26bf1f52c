package sg.aiverify.worker.pipelines.k8s.internal.pod;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Merges pod templates, so that a template contains only the differences. Objects are merged by member, mounts by path,
 * and lists of other named objects by name. Other lists are concatenated. A null removes the value.
 */
final class TemplateMerge {
    // The paths come before the name, since two mounts of one volume have the same name.
    private static final List<String> KEYS = List.of("mountPath", "devicePath", "name");

    private TemplateMerge() {}

    /** Returns a copy of the base into which the overlay is merged; changes neither of them. */
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

    private static int indexOf(JsonArray items, JsonElement item) {
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i).equals(item) || haveSameKey(items.get(i), item)) {
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
