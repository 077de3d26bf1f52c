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
 * Datasets named in arguments: string values that start with {@code _dataset_:}, at any depth. The prefix alone, which
 * the portal makes of a field that was left empty, names none.
 */
@API(status = STABLE, since = "1.0")
public final class ArgumentDatasets {
    /** What marks a string value as the name of a dataset. */
    public static final String PREFIX = "_dataset_:";

    private ArgumentDatasets() {}

    /**
     * Lists the datasets that arguments name.
     *
     * @param arguments arguments of an algorithm
     * @return the names behind the prefix, unchecked, in the order of their appearance; none is empty
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
        GatewayName.file("dataset in the argument value '" + PREFIX + name + "'", name);
    }

    /**
     * Tells whether a value names no dataset though it could.
     *
     * @param value a value in arguments; null if there is none
     * @return true for {@link #PREFIX} alone
     */
    public static boolean isLeftEmpty(@Nullable JsonElement value) {
        return value instanceof JsonPrimitive primitive
                && primitive.isString()
                && primitive.getAsString().equals(PREFIX);
    }

    /**
     * Replaces each dataset's marked name, and the mark without a name by an empty text.
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
            String name = primitive.getAsString().substring(PREFIX.length());
            return new JsonPrimitive(name.isEmpty() ? "" : replacement.apply(name));
        }
        return value;
    }
}
