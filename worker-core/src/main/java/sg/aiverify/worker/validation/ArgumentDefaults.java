package sg.aiverify.worker.validation;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import sg.aiverify.worker.json.InvalidSchemaException;
import sg.aiverify.worker.json.JsonSchemaValidator;
import sg.aiverify.worker.pipeline.ArgumentDatasets;

/**
 * The defaults of an input schema, for arguments that are not given. Only the portal fills them on its side, and
 * plug-ins take what is missing for null and then refuse it.
 *
 * <p>A given value is never overridden, not even null. A default that the schema itself refuses is left out, and so is
 * one that names a dataset, since that would have to be downloaded; an empty one stands for "no dataset".
 */
final class ArgumentDefaults {
    private final JsonObject schema;
    private final JsonSchemaValidator validator;

    ArgumentDefaults(JsonObject schema, JsonSchemaValidator validator) {
        this.schema = schema;
        this.validator = validator;
    }

    /**
     * Fills defaults.
     *
     * @param arguments what is given; not changed
     * @return a copy with the defaults in it
     * @throws InvalidSchemaException if the schema turns out to be unusable
     */
    JsonObject fill(JsonObject arguments) throws InvalidSchemaException {
        List<Default> defaults = new ArrayList<>();
        collect(schema, arguments, List.of(), defaults);
        JsonObject filled = arguments.deepCopy();
        defaults.forEach(value -> value.putInto(filled));
        if (defaults.isEmpty() || validator.violations(filled).isEmpty()) {
            return filled;
        }
        return fillOneByOne(arguments, defaults);
    }

    private JsonObject fillOneByOne(JsonObject arguments, List<Default> defaults) throws InvalidSchemaException {
        JsonObject filled = arguments.deepCopy();
        Set<String> before = Set.copyOf(validator.violations(filled));
        for (Default value : defaults) {
            JsonObject trial = filled.deepCopy();
            value.putInto(trial);
            Set<String> after = Set.copyOf(validator.violations(trial));
            if (before.containsAll(after)) {
                filled = trial;
                before = after;
            }
        }
        return filled;
    }

    private static void collect(JsonObject schema, JsonObject given, List<String> path, List<Default> defaults) {
        if (!(schema.get("properties") instanceof JsonObject properties)) {
            return;
        }
        for (Map.Entry<String, JsonElement> property : properties.entrySet()) {
            String name = property.getKey();
            if (!(property.getValue() instanceof JsonObject propertySchema)) {
                continue;
            }
            if (given.get(name) instanceof JsonObject nested) {
                List<String> nestedPath = new ArrayList<>(path);
                nestedPath.add(name);
                collect(propertySchema, nested, nestedPath, defaults);
            } else if (!given.has(name) && propertySchema.has("default") && isFillable(propertySchema)) {
                defaults.add(new Default(path, name, propertySchema.get("default")));
            }
        }
    }

    private static boolean isFillable(JsonObject propertySchema) {
        JsonElement value = propertySchema.get("default");
        if (DatasetProperties.isDataset(propertySchema)) {
            return value instanceof JsonPrimitive primitive
                    && primitive.getAsString().isEmpty();
        }
        JsonObject holder = new JsonObject();
        holder.add("default", value);
        return ArgumentDatasets.names(holder).isEmpty();
    }

    private record Default(List<String> path, String name, JsonElement value) {
        void putInto(JsonObject arguments) {
            JsonObject target = arguments;
            for (String step : path) {
                target = target.getAsJsonObject(step);
            }
            target.add(name, value.deepCopy());
        }
    }
}
