package sg.aiverify.worker.pipelines.venv;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The requirements of an algorithm, compared with the packages of one interpreter.
 *
 * @param declared all requirements that apply to the interpreter, normalised and sorted, including the test engine
 * @param missing the requirements that the interpreter does not meet
 * @param anyPresent whether the interpreter has any of the required packages, in any version
 * @param hasPip whether the interpreter has pip
 * @param bundledPip the wheel of pip that comes with an interpreter in which pip is not installed; null if there is
 *     none
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

    static Requirements of(JsonObject response) {
        JsonElement bundled = response.get("pip");
        return new Requirements(
                texts(response.getAsJsonArray("declared")),
                texts(response.getAsJsonArray("missing")),
                !response.getAsJsonArray("present").isEmpty(),
                response.get("hasPip").getAsBoolean(),
                bundled.isJsonNull() ? null : bundled.getAsString());
    }

    private static List<String> texts(JsonArray array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.getAsString()));
        return texts;
    }
}
