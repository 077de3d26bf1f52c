package sg.aiverify.worker.testkit.gateway;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.harrel.jsonschema.Dialects;
import dev.harrel.jsonschema.Validator;
import dev.harrel.jsonschema.ValidatorFactory;
import dev.harrel.jsonschema.providers.GsonNode;

/** Checks values against JSON Schemas of draft 2020-12, and treats NaN like Python. */
final class SchemaCheck {
    private SchemaCheck() {}

    /** Checks whether a value matches a schema. No value matches an invalid schema. */
    static boolean fits(JsonElement value, JsonElement schema) {
        Validator validator = new ValidatorFactory()
                .withJsonNodeFactories(new GsonNode.Factory(), new GsonNode.Factory())
                .withDefaultDialect(new Dialects.Draft2020Dialect())
                .createValidator();
        try {
            return validator
                    .validate(validator.registerSchema(schema), finite(value))
                    .isValid();
        } catch (RuntimeException notASchema) {
            return false;
        }
    }

    /** Replaces NaN with 0. Python's validator accepts NaN as a number, but a decimal number cannot represent NaN. */
    private static JsonElement finite(JsonElement value) {
        if (value instanceof JsonObject object) {
            JsonObject copy = new JsonObject();
            object.entrySet().forEach(entry -> copy.add(entry.getKey(), finite(entry.getValue())));
            return copy;
        }
        if (value instanceof JsonArray array) {
            JsonArray copy = new JsonArray();
            array.forEach(element -> copy.add(finite(element)));
            return copy;
        }
        return PythonJson.isNotFinite(value) ? new JsonPrimitive(0) : value;
    }
}
