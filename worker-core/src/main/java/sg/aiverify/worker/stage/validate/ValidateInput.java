package sg.aiverify.worker.stage.validate;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import sg.aiverify.worker.algorithm.Algorithm;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.json.internal.InvalidJsonException;
import sg.aiverify.worker.json.internal.InvalidSchemaException;
import sg.aiverify.worker.json.internal.JsonSchemaValidator;
import sg.aiverify.worker.json.internal.KnownSchemas;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.stage.ArgumentDatasets;
import sg.aiverify.worker.stage.TestInputs;
import sg.aiverify.worker.stage.ValidateModule;
import sg.aiverify.worker.task.Task;

/** Checks arguments against {@code input.schema.json}. */
final class ValidateInput implements ValidateModule {
    private static final int MAX_VIOLATIONS = 100;

    private final KnownSchemas schemas;

    ValidateInput(KnownSchemas schemas) {
        this.schemas = schemas;
    }

    @Override
    public JsonObject validate(TestInputs inputs, RunContext run) {
        Task task = run.task();
        try {
            return validate(task, inputs.algorithm(), run.cancellation());
        } catch (InvalidSchemaException | InvalidJsonException e) {
            throw new TaskFailedException(
                    "Algorithm %s/%s has invalid input schema: %s".formatted(task.gid(), task.cid(), e.getMessage()),
                    e);
        } catch (StageException e) {
            throw e;
        } catch (IOException e) {
            throw new InfrastructureException("The algorithm's input schema cannot be read: " + Reason.of(e), e);
        } catch (RuntimeException e) {
            throw new TaskFailedException("Unexpected error during input argument validation: " + Reason.of(e), e);
        }
    }

    private JsonObject validate(Task task, Algorithm algorithm, Cancellation cancellation)
            throws InvalidSchemaException, InvalidJsonException, IOException {
        try (KnownSchemas.Lent lent = schemas.lend(algorithm.inputSchema(), cancellation::throwIfCancelled)) {
            return validate(task, algorithm, lent.schema(), lent.validator());
        }
    }

    private static JsonObject validate(
            Task task, Algorithm algorithm, JsonElement schema, JsonSchemaValidator validator)
            throws InvalidSchemaException {
        JsonObject arguments = withoutEmptyDatasets(task.algorithmArgs());
        List<String> violations = new ArrayList<>();
        if (schema.isJsonObject()) {
            arguments = withoutEmptyDatasets(new ArgumentDefaults(schema.getAsJsonObject(), validator).fill(arguments));
            violations.addAll(datasetsNotChosen(schema.getAsJsonObject(), task.algorithmArgs()));
        }
        violations.addAll(validator.violations(arguments));
        if (algorithm.requiresGroundTruth() && task.groundTruthDataset().isEmpty()) {
            violations.add("the algorithm needs a ground truth, but the task has no groundTruthDataset");
        }
        if (!violations.isEmpty()) {
            int more = violations.size() - MAX_VIOLATIONS;
            throw new TaskFailedException("Input arguments is invalid: "
                    + String.join("; ", violations.subList(0, Math.min(MAX_VIOLATIONS, violations.size())))
                    + (more > 0 ? "; and %d more".formatted(more) : ""));
        }
        return arguments;
    }

    /** Replaces the value of each dataset field that the user left empty by an empty string, as plug-ins expect. */
    private static JsonObject withoutEmptyDatasets(JsonObject arguments) {
        return ArgumentDatasets.replace(arguments, name -> ArgumentDatasets.PREFIX + name);
    }

    private static List<String> datasetsNotChosen(JsonObject schema, JsonObject arguments) {
        List<String> violations = new ArrayList<>();
        if (schema.get("required") instanceof JsonArray required) {
            for (JsonElement name : required) {
                if (name instanceof JsonPrimitive text
                        && ArgumentDatasets.isLeftEmpty(arguments.get(text.getAsString()))) {
                    violations.add(text.getAsString() + ": a dataset is required, but none was chosen");
                }
            }
        }
        return violations;
    }
}
