package sg.aiverify.worker.pipelines.venv;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an algorithm requires of one interpreter.
 *
 * @param declared all requirements that hold there, normalised and sorted, the engine's among them
 * @param missing those that the interpreter does not meet
 * @param anyPresent whether the interpreter has any of them, if in another version
 * @param hasPip whether the interpreter has pip
 * @param bundledPip the wheel of pip that comes with an interpreter without pip; null if there is none
 */
record Requirements(
        List<String> declared,
        List<String> missing,
        boolean anyPresent,
        boolean hasPip,
        @Nullable String bundledPip) {
    Requirements {
        declared = List.copyOf(declared);
        missing = List.copyOf(missing);
    }

    static Requirements of(JsonObject answer) {
        JsonElement bundled = answer.get("pip");
        return new Requirements(
                texts(answer.getAsJsonArray("declared")),
                texts(answer.getAsJsonArray("missing")),
                !answer.getAsJsonArray("present").isEmpty(),
                answer.get("hasPip").getAsBoolean(),
                bundled.isJsonNull() ? null : bundled.getAsString());
    }

    private static List<String> texts(JsonArray array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.getAsString()));
        return texts;
    }
}
