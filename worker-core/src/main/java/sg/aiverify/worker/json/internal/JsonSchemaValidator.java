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
 * Checks values against one JSON Schema, by the rules that Python's {@code jsonschema} applies: draft 2020-12 unless
 * the schema names another known draft, {@code 1.0} is an integer, {@code format} is not checked. Nothing is fetched:
 * a reference must lead into the schema itself. Not thread-safe.
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
     * @param checkpoint called every now and then while the schema is prepared, and while values are checked; ends
     *     that by an exception, which is passed on
     * @return a validator of it
     * @throws InvalidSchemaException if it is no JSON Schema, or takes for ever or too much memory
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
            throw new InvalidSchemaException("it is nested too deep", e);
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
     * Checks a value. The steps that it takes count together with those of the schema and of all values before.
     *
     * @param instance any value; may hold {@code NaN} and infinities as doubles
     * @return the violations, each with the path to its place; empty if the value is valid. There are no more than a
     *     reader could want
     * @throws InvalidSchemaException if the schema turns out to be unusable: a reference that leads nowhere, out of it
     *     or in circles, or a pattern or a whole that takes for ever ({@link InvalidSchemaException#isTooCostly})
     */
    public List<String> violations(JsonElement instance) throws InvalidSchemaException {
        boolean before = broken;
        broken = true;
        List<String> violations = check(instance);
        broken = before;
        return violations;
    }

    /** Begins for somebody else: what was prepared counts as if it had been for them. */
    void restart(Runnable checkpoint) {
        budget.restart(prepared, checkpoint);
    }

    /** Lets go of all that belongs to the values. Returns false if a check broke off: nobody knows what that left. */
    boolean forgetValues() {
        budget.forgetValues();
        return !broken;
    }

    /** Returns about how many bytes this takes beside the tree that it was made of. */
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
            throw new InvalidSchemaException("it refers to itself without end", e);
        } finally {
            budget.free(memory - budget.memory());
        }
    }

    /**
     * Counts other work on the schema together with its checks.
     *
     * @param steps how long it takes, in tenths of a microsecond
     * @throws InvalidSchemaException if all of it takes for ever
     */
    public void count(long steps) throws InvalidSchemaException {
        try {
            budget.step(steps);
        } catch (EvaluationBudget.SpentException e) {
            throw new InvalidSchemaException(String.valueOf(e.getMessage()), e);
        }
    }

    /** The library wraps some of what is thrown through it; the first cause counts. */
    private static InvalidSchemaException invalid(RuntimeException e, EvaluationBudget budget) {
        try {
            budget.throwIfOver();
        } catch (EvaluationBudget.SpentException spent) {
            return new InvalidSchemaException(String.valueOf(spent.getMessage()), spent);
        }
        return new InvalidSchemaException(String.valueOf(e.getMessage()), e);
    }

    /** Finds the draft that the schema names; Python falls back to the newest where it names none that it knows. */
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
