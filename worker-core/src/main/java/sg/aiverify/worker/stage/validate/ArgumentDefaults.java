package sg.aiverify.worker.stage.validate;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import sg.aiverify.worker.json.internal.InvalidSchemaException;
import sg.aiverify.worker.json.internal.JsonSchemaValidator;
import sg.aiverify.worker.stage.ArgumentDatasets;

/**
 * Adds the defaults of an input schema for missing arguments. The portal adds them, too, but other clients do not.
 * Plug-ins read a missing argument as null, and then refuse it.
 *
 * <p>Existing values, even null, are never replaced. A default that the schema refuses is left out. A default that
 * refers to a dataset is also left out, since the dataset would have to be downloaded. An empty default of a dataset
 * field means "no dataset".
 */
final class ArgumentDefaults {
    private static final int MAX_REFERENCES = 10;
    /** The keywords that this class reads in a property's schema. */
    private static final List<String> KEYWORDS = List.of("properties", "default", "ui:widget", "$ref");
    /**
     * The limit for the values of all defaults together. A default that many properties refer to counts once for each
     * property.
     */
    private static final int MAX_VALUES = 200_000;

    private static final int TRIAL_STEPS = 100;
    private static final int MAX_CHARACTERS = 4 * 1024 * 1024;

    private final JsonObject schema;
    private final JsonSchemaValidator validator;
    private int values;
    private long characters;

    ArgumentDefaults(JsonObject schema, JsonSchemaValidator validator) {
        this.schema = schema;
        this.validator = validator;
    }

    /**
     * Adds defaults.
     *
     * @param arguments the arguments; not changed
     * @return a copy with the defaults
     * @throws InvalidSchemaException if the schema cannot be used
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
            validator.count(TRIAL_STEPS);
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

    private void collect(JsonObject schema, JsonObject given, List<String> path, List<Default> defaults)
            throws InvalidSchemaException {
        if (!(schema.get("properties") instanceof JsonObject properties)) {
            return;
        }
        for (Map.Entry<String, JsonElement> property : properties.entrySet()) {
            validator.count(1);
            String name = property.getKey();
            if (!(property.getValue() instanceof JsonObject written)) {
                continue;
            }
            JsonObject propertySchema = resolved(written);
            if (given.get(name) instanceof JsonObject nested) {
                List<String> nestedPath = new ArrayList<>(path);
                nestedPath.add(name);
                collect(propertySchema, nested, nestedPath, defaults);
            } else if (!given.has(name) && isFillable(propertySchema)) {
                defaults.add(new Default(path, name, propertySchema.get("default")));
            }
        }
    }

    private void count(JsonElement value) throws InvalidSchemaException {
        if (value instanceof JsonObject object) {
            for (Map.Entry<String, JsonElement> member : object.entrySet()) {
                characters += member.getKey().length();
                count(member.getValue());
            }
        } else if (value instanceof JsonArray array) {
            for (JsonElement item : array) {
                count(item);
            }
        } else if (value instanceof JsonPrimitive primitive && primitive.isString()) {
            characters += primitive.getAsString().length();
        }
        if (++values > MAX_VALUES || characters > MAX_CHARACTERS) {
            throw new InvalidSchemaException(
                    "its defaults for these arguments contain more than %d values or %d characters"
                            .formatted(MAX_VALUES, MAX_CHARACTERS));
        }
    }

    /** Resolves a property's references within the schema. Keywords of the property take precedence. */
    private JsonObject resolved(JsonObject written) throws InvalidSchemaException {
        JsonObject resolved = written;
        for (int i = 0; i < MAX_REFERENCES && resolved.get("$ref") instanceof JsonPrimitive reference; i++) {
            validator.count(1 + reference.getAsString().length() / 16);
            JsonObject target = target(reference.getAsString());
            JsonObject merged = new JsonObject();
            for (String keyword : KEYWORDS) {
                boolean isOwn = !keyword.equals("$ref") && resolved.has(keyword);
                JsonElement value = isOwn ? resolved.get(keyword) : target.get(keyword);
                if (value != null) {
                    merged.add(keyword, value);
                }
            }
            resolved = merged;
        }
        return resolved;
    }

    private JsonObject target(String reference) {
        JsonElement target = reference.startsWith("#/") ? schema : null;
        for (String step : reference.substring(Math.min(2, reference.length())).split("/")) {
            String name = step.replace("~1", "/").replace("~0", "~");
            target = target instanceof JsonObject object ? object.get(name) : null;
        }
        return target instanceof JsonObject object ? object : new JsonObject();
    }

    private boolean isFillable(JsonObject propertySchema) throws InvalidSchemaException {
        JsonElement value = propertySchema.get("default");
        if (value == null) {
            return false;
        }
        count(value);
        if (propertySchema.get("ui:widget") instanceof JsonPrimitive widget
                && widget.getAsString().equals("selectDataset")) {
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
