package sg.aiverify.worker.json.internal;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.harrel.jsonschema.Dialect;
import dev.harrel.jsonschema.Dialects;
import dev.harrel.jsonschema.Error;
import dev.harrel.jsonschema.JsonSchemaException;
import dev.harrel.jsonschema.SchemaResolver;
import dev.harrel.jsonschema.Validator;
import dev.harrel.jsonschema.ValidatorFactory;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * Checks values against one JSON Schema, by the rules of Python's {@code jsonschema}. The draft is 2020-12 unless the
 * schema names another known draft, {@code 1.0} is an integer, and {@code format} is not checked. Nothing is fetched:
 * references must stay within the schema. Not thread-safe.
 */
public final class JsonSchemaValidator {
    private static final List<Dialect> DRAFTS = List.of(
            new Dialects.Draft2020Dialect(),
            new Dialects.Draft2019Dialect(),
            new Dialects.Draft7Dialect(),
            new Dialects.Draft6Dialect(),
            new Dialects.Draft4Dialect());

    private final Validator validator;
    private final URI schemaUri;
    private final EvaluationBudget budget;
    private final TreeNodes.SchemaCosts costs;
    private final EvaluationBudget.Rest prepared;
    private final long nodesPrepared;
    private boolean broken;

    private JsonSchemaValidator(
            Validator validator, URI schemaUri, EvaluationBudget budget, TreeNodes.SchemaCosts costs) {
        this.validator = validator;
        this.schemaUri = schemaUri;
        this.budget = budget;
        this.costs = costs;
        this.prepared = budget.rest();
        this.nodesPrepared = costs.kept();
    }

    /**
     * Prepares a schema.
     *
     * @param schema an object or a boolean; not changed
     * @param checkpoint called from time to time while the schema is prepared and while values are checked; an
     *     exception that it throws ends the work and is passed on
     * @return the validator
     * @throws InvalidSchemaException if it is not a JSON Schema, or takes too much time or memory
     */
    public static JsonSchemaValidator of(JsonElement schema, Runnable checkpoint) throws InvalidSchemaException {
        if (!schema.isJsonObject() && !(schema instanceof JsonPrimitive primitive && primitive.isBoolean())) {
            throw new InvalidSchemaException("it must be an object, but is " + StrictJson.kindOf(schema));
        }
        EvaluationBudget budget = new EvaluationBudget(checkpoint);
        TreeNodes.SchemaCosts costs = new TreeNodes.SchemaCosts(budget);
        Validator validator = new ValidatorFactory()
                .withJsonNodeFactories(TreeNodes.ofSchema(costs), TreeNodes.ofValue(budget))
                .withSchemaResolver(uri -> SchemaResolver.Result.empty())
                .withEvaluatorFactory(new BudgetedEvaluators(budget))
                .withMessageProvider(new Violations.Wording(budget))
                .createValidator();
        try {
            return new JsonSchemaValidator(validator, registered(schema, validator, budget), budget, costs);
        } catch (JsonSchemaException | IllegalArgumentException | EvaluationBudget.SpentException e) {
            throw invalid(e, budget);
        } catch (StackOverflowError e) {
            throw new InvalidSchemaException("it is nested too deeply", e);
        }
    }

    private static URI registered(JsonElement schema, Validator validator, EvaluationBudget budget) {
        try {
            URI uri = validator.registerSchema(withoutUnknownDraft(schema));
            budget.throwIfOver();
            return uri;
        } catch (dev.harrel.jsonschema.InvalidSchemaException e) {
            throw new IllegalArgumentException(String.join("; ", Violations.of(e.getErrors(), schema, budget)), e);
        }
    }

    /**
     * Checks a value. The steps of the check are added to those of the schema and of all earlier values.
     *
     * @param instance any value; may contain {@code NaN} and infinities as doubles
     * @return the violations, each with its path, up to a limited number; empty if the value is valid
     * @throws InvalidSchemaException if the schema is unusable: a reference that cannot be resolved, leads out of the
     *     schema or in circles, or a check or pattern that takes too long
     *     ({@link InvalidSchemaException#isTooCostly})
     */
    public List<String> violations(JsonElement instance) throws InvalidSchemaException {
        boolean before = broken;
        broken = true;
        List<String> violations = check(instance);
        broken = before;
        return violations;
    }

    /** Resets the budget for another caller. The cost of the preparation counts for that caller, too. */
    void restart(Runnable checkpoint) {
        budget.restart(prepared, checkpoint);
    }

    /** Releases all values. Returns false if a check was aborted, since this validator is then in an unknown state. */
    boolean forgetValues() {
        budget.forgetValues();
        return !broken;
    }

    /** Returns the approximate size of this validator in bytes, without the schema's tree. */
    long bytes() {
        return EvaluationBudget.MAX_MEMORY - prepared.memory() + costs.kept() - nodesPrepared;
    }

    private List<String> check(JsonElement instance) throws InvalidSchemaException {
        long memory = budget.memory();
        try {
            NonFiniteNumbers numbers = NonFiniteNumbers.replacedIn(instance, budget);
            Validator.Result result = validator.validate(schemaUri, numbers.finite());
            budget.throwIfOver();
            if (result.isValid()) {
                return List.of();
            }
            List<Error> errors = numbers.relevant(result.getErrors());
            return errors.isEmpty() && !result.getErrors().isEmpty()
                    ? List.of()
                    : Violations.of(errors, instance, budget);
        } catch (Violations.UnresolvedReferenceException | JsonSchemaException | EvaluationBudget.SpentException e) {
            throw invalid(e, budget);
        } catch (StackOverflowError e) {
            throw new InvalidSchemaException("it refers to itself endlessly", e);
        } finally {
            budget.free(memory - budget.memory());
        }
    }

    /**
     * Charges the budget for other work on the schema.
     *
     * @param steps the time of that work, in tenths of a microsecond
     * @throws InvalidSchemaException if the budget is spent
     */
    public void count(long steps) throws InvalidSchemaException {
        try {
            budget.step(steps);
        } catch (EvaluationBudget.SpentException e) {
            throw new InvalidSchemaException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Converts an exception. A spent budget has precedence, since the library can wrap that exception. */
    private static InvalidSchemaException invalid(RuntimeException e, EvaluationBudget budget) {
        try {
            budget.throwIfOver();
        } catch (EvaluationBudget.SpentException spent) {
            return new InvalidSchemaException(String.valueOf(spent.getMessage()), spent);
        }
        return new InvalidSchemaException(String.valueOf(e.getMessage()), e);
    }

    /** Returns the draft that the schema names; empty if it is not a known draft. Python then uses the newest. */
    private static Optional<Dialect> draft(JsonElement schema) {
        if (!(schema instanceof JsonObject object)
                || !(object.get("$schema") instanceof JsonPrimitive named)
                || !named.isString()) {
            return Optional.empty();
        }
        return DRAFTS.stream()
                .filter(draft -> withoutFragment(draft.getMetaSchema()).equals(withoutFragment(named.getAsString())))
                .findFirst();
    }

    private static JsonElement withoutUnknownDraft(JsonElement schema) {
        if (!(schema instanceof JsonObject object) || draft(schema).isPresent()) {
            return schema;
        }
        JsonObject copy = object.deepCopy();
        copy.remove("$schema");
        return copy;
    }

    private static String withoutFragment(String uri) {
        return uri.endsWith("#") ? uri.substring(0, uri.length() - 1) : uri;
    }
}
