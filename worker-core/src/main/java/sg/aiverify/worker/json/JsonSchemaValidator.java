package sg.aiverify.worker.json;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.harrel.jsonschema.Error;
import dev.harrel.jsonschema.Evaluator;
import dev.harrel.jsonschema.EvaluatorFactory;
import dev.harrel.jsonschema.JsonNode;
import dev.harrel.jsonschema.JsonSchemaException;
import dev.harrel.jsonschema.SchemaParsingContext;
import dev.harrel.jsonschema.SchemaResolver;
import dev.harrel.jsonschema.SpecificationVersion;
import dev.harrel.jsonschema.Validator;
import dev.harrel.jsonschema.ValidatorFactory;
import dev.harrel.jsonschema.providers.GsonNode;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Checks values against one JSON Schema, by the rules that Python's {@code jsonschema} applies: draft 2020-12 unless
 * the schema names another known draft, {@code 1.0} is an integer, {@code format} is not checked. Nothing is fetched:
 * a reference must lead into the schema itself. Not thread-safe.
 */
public final class JsonSchemaValidator {
    private final Validator validator;
    private final URI schemaUri;
    private final PropertyPatterns propertyPatterns;

    private JsonSchemaValidator(Validator validator, URI schemaUri, PropertyPatterns propertyPatterns) {
        this.validator = validator;
        this.schemaUri = schemaUri;
        this.propertyPatterns = propertyPatterns;
    }

    /**
     * Prepares a schema.
     *
     * @param schema an object or a boolean; not changed
     * @return a validator of it
     * @throws InvalidSchemaException if it is no JSON Schema
     */
    public static JsonSchemaValidator of(JsonElement schema) throws InvalidSchemaException {
        if (!schema.isJsonObject() && !(schema instanceof JsonPrimitive primitive && primitive.isBoolean())) {
            throw new InvalidSchemaException("it must be an object, but is " + StrictJson.kindOf(schema));
        }
        Validator validator = new ValidatorFactory()
                .withJsonNodeFactory(new GsonNode.Factory())
                .withSchemaResolver(uri -> SchemaResolver.Result.empty())
                .withEvaluatorFactory(new GuardedPatterns())
                .withMessageProvider(new Violations.Wording())
                .createValidator();
        try {
            return new JsonSchemaValidator(
                    validator, validator.registerSchema(ofKnownDraft(schema)), PropertyPatterns.of(schema));
        } catch (dev.harrel.jsonschema.InvalidSchemaException e) {
            throw new InvalidSchemaException(String.join("; ", Violations.of(e.getErrors(), schema)), e);
        } catch (JsonSchemaException | IllegalArgumentException e) {
            throw new InvalidSchemaException(String.valueOf(e.getMessage()), e);
        } catch (StackOverflowError e) {
            throw new InvalidSchemaException("it is nested too deep", e);
        }
    }

    /**
     * Checks a value.
     *
     * @param instance any value; may hold {@code NaN} and infinities as doubles
     * @return every violation, each with the path to its place; empty if the value is valid
     * @throws InvalidSchemaException if the schema turns out to be unusable: a reference that leads nowhere, out of it
     *     or in circles, or a pattern that takes for ever
     */
    public List<String> violations(JsonElement instance) throws InvalidSchemaException {
        NonFiniteNumbers numbers = NonFiniteNumbers.replacedIn(instance);
        try {
            propertyPatterns.tryOn(instance);
            Validator.Result result = validator.validate(schemaUri, numbers.finite());
            if (result.isValid()) {
                return List.of();
            }
            List<Error> errors = numbers.relevant(result.getErrors());
            return errors.isEmpty() && !result.getErrors().isEmpty() ? List.of() : Violations.of(errors, instance);
        } catch (Violations.UnresolvedReferenceException | GuardedPattern.EndlessPatternException e) {
            throw new InvalidSchemaException(String.valueOf(e.getMessage()), e);
        } catch (JsonSchemaException e) {
            throw new InvalidSchemaException(String.valueOf(e.getMessage()), e);
        } catch (StackOverflowError e) {
            throw new InvalidSchemaException("it refers to itself without end", e);
        }
    }

    /** Python falls back to the newest draft where {@code $schema} names none that it knows. */
    private static JsonElement ofKnownDraft(JsonElement schema) {
        if (!schema.isJsonObject() || !schema.getAsJsonObject().has("$schema")) {
            return schema;
        }
        JsonElement named = schema.getAsJsonObject().get("$schema");
        boolean known = named instanceof JsonPrimitive primitive
                && primitive.isString()
                && Arrays.stream(SpecificationVersion.values())
                        .anyMatch(version ->
                                withoutFragment(version.getId()).equals(withoutFragment(primitive.getAsString())));
        if (known) {
            return schema;
        }
        JsonObject copy = schema.getAsJsonObject().deepCopy();
        copy.remove("$schema");
        return copy;
    }

    private static String withoutFragment(String uri) {
        return uri.endsWith("#") ? uri.substring(0, uri.length() - 1) : uri;
    }

    /** Puts {@link GuardedPattern} in place of the library's keyword. */
    private static final class GuardedPatterns implements EvaluatorFactory {
        @Override
        public Optional<Evaluator> create(SchemaParsingContext context, String keyword, JsonNode value) {
            return keyword.equals("pattern") && value.isString()
                    ? Optional.of(new GuardedPattern(value.asString()))
                    : Optional.empty();
        }
    }
}
