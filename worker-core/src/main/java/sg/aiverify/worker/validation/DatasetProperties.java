package sg.aiverify.worker.validation;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.pipeline.ArgumentDatasets;

/**
 * Arguments whose value is picked among the datasets. The portal puts its mark before whatever is picked, also before
 * nothing, and an algorithm must not get that for the name of a dataset.
 */
final class DatasetProperties {
    private DatasetProperties() {}

    static boolean isDataset(JsonObject propertySchema) {
        return propertySchema.get("ui:widget") instanceof JsonPrimitive widget
                && widget.isString()
                && widget.getAsString().equals("selectDataset");
    }

    /**
     * Replaces marks without a name by an empty text.
     *
     * @param arguments not changed
     * @return a copy
     */
    static JsonObject withoutEmptyNames(JsonObject arguments) {
        return (JsonObject) emptied(arguments);
    }

    /**
     * Finds required datasets for which the task names none.
     *
     * @param schema the input schema
     * @param arguments the arguments as the task holds them
     * @return a line for each
     */
    static List<String> missing(JsonObject schema, JsonObject arguments) {
        List<String> lines = new ArrayList<>();
        if (schema.get("required") instanceof JsonArray required) {
            for (JsonElement name : required) {
                if (name instanceof JsonPrimitive text && isMark(arguments.get(text.getAsString()))) {
                    lines.add(text.getAsString() + ": no dataset is chosen");
                }
            }
        }
        return lines;
    }

    private static boolean isMark(@Nullable JsonElement value) {
        return value instanceof JsonPrimitive text
                && text.isString()
                && text.getAsString().equals(ArgumentDatasets.PREFIX);
    }

    private static JsonElement emptied(JsonElement value) {
        if (value instanceof JsonObject object) {
            JsonObject copy = new JsonObject();
            object.asMap().forEach((name, member) -> copy.add(name, emptied(member)));
            return copy;
        }
        if (value instanceof JsonArray array) {
            JsonArray copy = new JsonArray();
            array.forEach(member -> copy.add(emptied(member)));
            return copy;
        }
        return isMark(value) ? new JsonPrimitive("") : value;
    }
}
