package sg.aiverify.worker.pipeline;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.UnaryOperator;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.gateway.GatewayName;

/** Datasets named in arguments: string values that start with {@code _dataset_:}, at any depth. */
public final class ArgumentDatasets {
    /** What marks a string value as the name of a dataset. */
    public static final String PREFIX = "_dataset_:";

    private ArgumentDatasets() {}

    /**
     * Lists the datasets that arguments name.
     *
     * @param arguments arguments of an algorithm
     * @return the names behind the prefix, unchecked, in the order of their appearance
     */
    public static Set<String> names(JsonObject arguments) {
        Set<String> names = new LinkedHashSet<>();
        replace(arguments, name -> {
            names.add(name);
            return name;
        });
        return names;
    }

    /**
     * Checks a name that arguments hold.
     *
     * @param name what stands behind {@link #PREFIX}
     * @throws TaskFailedException if the gateway can have no such dataset
     */
    public static void checkName(String name) {
        if (name.isEmpty()) {
            throw new TaskFailedException("The algorithm's arguments hold '" + PREFIX
                    + "' without a name; allowed: the name of a dataset behind it");
        }
        GatewayName.file("dataset in the argument value '" + PREFIX + name + "'", name);
    }

    /**
     * Replaces each dataset's marked name.
     *
     * @param arguments arguments of an algorithm; not changed
     * @param replacement gives the text to put in place of a name
     * @return a copy with the names replaced
     */
    public static JsonObject replace(JsonObject arguments, UnaryOperator<String> replacement) {
        return replaceIn(arguments, replacement).getAsJsonObject();
    }

    private static JsonElement replaceIn(JsonElement value, UnaryOperator<String> replacement) {
        if (value.isJsonObject()) {
            JsonObject copy = new JsonObject();
            value.getAsJsonObject().asMap().forEach((key, member) -> copy.add(key, replaceIn(member, replacement)));
            return copy;
        }
        if (value.isJsonArray()) {
            JsonArray copy = new JsonArray();
            value.getAsJsonArray().forEach(member -> copy.add(replaceIn(member, replacement)));
            return copy;
        }
        if (value instanceof JsonPrimitive primitive
                && primitive.isString()
                && primitive.getAsString().startsWith(PREFIX)) {
            return new JsonPrimitive(replacement.apply(primitive.getAsString().substring(PREFIX.length())));
        }
        return value;
    }
}
