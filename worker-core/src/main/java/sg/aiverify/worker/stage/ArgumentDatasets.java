package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.STABLE;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.gateway.internal.GatewayName;

/**
 * The datasets in an algorithm's arguments: string values that start with {@code _dataset_:}, at any depth. For an
 * empty field, the portal sends only the prefix, which does not refer to a dataset.
 */
@API(status = STABLE, since = "1.0")
public final class ArgumentDatasets {
    /** The prefix of a string value that contains the name of a dataset. */
    public static final String PREFIX = "_dataset_:";

    private ArgumentDatasets() {}

    /**
     * Returns the names of the datasets in arguments.
     *
     * @param arguments arguments of an algorithm
     * @return the names after the prefix, unchecked, in the order of their appearance; no name is empty
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
     * Checks the name of a dataset in arguments.
     *
     * @param name the text after {@link #PREFIX}
     * @throws TaskFailedException if no dataset at the gateway can have this name
     */
    public static void checkName(String name) {
        GatewayName.file("dataset in the argument value '" + PREFIX + name + "'", name);
    }

    /**
     * Checks whether a value is that of a dataset field which the user left empty.
     *
     * @param value a value in arguments; null if the argument is missing
     * @return true for {@link #PREFIX} alone
     */
    public static boolean isLeftEmpty(@Nullable JsonElement value) {
        return value instanceof JsonPrimitive primitive
                && primitive.isString()
                && primitive.getAsString().equals(PREFIX);
    }

    /**
     * Replaces each value that refers to a dataset. A prefix without a name becomes an empty string.
     *
     * @param arguments arguments of an algorithm; not changed
     * @param replacement returns the new value for the name of a dataset
     * @return a copy with the values replaced
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
            String name = primitive.getAsString().substring(PREFIX.length());
            return new JsonPrimitive(name.isEmpty() ? "" : replacement.apply(name));
        }
        return value;
    }
}
