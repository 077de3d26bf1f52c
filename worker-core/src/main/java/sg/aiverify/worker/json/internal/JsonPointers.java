package sg.aiverify.worker.json.internal;

import com.google.gson.JsonElement;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Resolves JSON pointers (RFC 6901). */
final class JsonPointers {
    private JsonPointers() {}

    static List<String> steps(String pointer) {
        if (pointer.isEmpty()) {
            return List.of();
        }
        return Arrays.stream(pointer.substring(1).split("/", -1))
                .map(step -> step.replace("~1", "/").replace("~0", "~"))
                .toList();
    }

    static @Nullable JsonElement find(JsonElement root, String pointer) {
        JsonElement found = root;
        for (String step : steps(pointer)) {
            if (found.isJsonArray() && step.matches("\\d{1,9}")) {
                int index = Integer.parseInt(step);
                if (index >= found.getAsJsonArray().size()) {
                    return null;
                }
                found = found.getAsJsonArray().get(index);
            } else if (found.isJsonObject() && found.getAsJsonObject().has(step)) {
                found = found.getAsJsonObject().get(step);
            } else {
                return null;
            }
        }
        return found;
    }
}
