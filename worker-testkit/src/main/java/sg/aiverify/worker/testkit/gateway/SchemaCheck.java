package sg.aiverify.worker.testkit.gateway;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.harrel.jsonschema.Dialects;
import dev.harrel.jsonschema.Validator;
import dev.harrel.jsonschema.ValidatorFactory;
import dev.harrel.jsonschema.providers.GsonNode;

/** JSON Schema of draft 2020-12, with Python's view of NaN. */
final class SchemaCheck {
    private SchemaCheck() {}

    /** Tells whether a value fits a schema; a schema that is none fits nothing. */
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

    /** Python's validator takes NaN for a number; no decimal can hold it, so 0 stands in. */
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
