package sg.aiverify.worker.pipelines.k8s;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.ConfigurationException;

/**
 * Merges pod templates: objects member by member, mounts by their paths, lists of other named things by their names,
 * other lists end to end. A null removes. So a template says only what differs.
 */
final class PodMerge {
    /** The container that a template means if it names none. */
    static final String CONTAINER = "algo";

    // The path first: two mounts of one volume have one name.
    private static final List<String> KEYS = List.of("mountPath", "devicePath", "name");

    private PodMerge() {}

    /** Reads a template from a file: a Pod, a PodTemplate, a pod template's inside, or one with nothing but a spec. */
    static JsonObject readTemplate(Path file) {
        try {
            Object read = Serialization.unmarshal(Files.readString(file), Map.class);
            JsonObject whole =
                    JsonParser.parseString(Serialization.asJson(read)).getAsJsonObject();
            JsonObject inner = whole.has("template") ? whole.getAsJsonObject("template") : whole;
            if (!inner.has("spec") && !inner.has("metadata")) {
                throw new IllegalStateException("it has neither spec nor metadata");
            }
            return withNamedContainer(inner);
        } catch (IOException | RuntimeException e) { // the parsers tell of a wrong shape by half a dozen of them
            throw new ConfigurationException(
                    List.of("KUBECTL_POD_TEMPLATE: " + file + " is no pod template in YAML or JSON: " + e.getMessage()),
                    e);
        }
    }

    /** Lets a sole container without our name mean ours, as in a pod written for kubectl run. */
    static JsonObject withNamedContainer(JsonObject template) {
        JsonObject copy = template.deepCopy();
        Optional.ofNullable(copy.getAsJsonObject("spec"))
                .map(spec -> spec.getAsJsonArray("containers"))
                .filter(containers -> containers.size() == 1)
                .ifPresent(containers -> containers.get(0).getAsJsonObject().addProperty("name", CONTAINER));
        return copy;
    }

    /** Gives the base with everything of the overlay in it; neither is changed. */
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
