package sg.aiverify.worker.result.internal;

import com.google.gson.JsonElement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.algorithm.Algorithm;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.json.internal.InvalidJsonException;
import sg.aiverify.worker.json.internal.InvalidSchemaException;
import sg.aiverify.worker.json.internal.KnownSchemas;
import sg.aiverify.worker.json.internal.StrictJson;
import sg.aiverify.worker.run.Cancellation;

/**
 * Checks an output against {@code output.schema.json} before the gateway does, which reports no reason for a rejection.
 * Only the gateway checks a large output, since its tree takes up to a hundred times its size. Thread-safe.
 */
final class OutputSchema {
    static final long MAX_CHECKED_BYTES = 2 * 1024 * 1024;
    private static final Logger LOG = LogManager.getLogger(OutputSchema.class);
    private static final int MAX_REPORTED = 20;

    private final KnownSchemas schemas = new KnownSchemas();

    /**
     * Checks an output.
     *
     * @param cancellation stops the check
     * @throws TaskFailedException if the output does not match the schema, or the schema is invalid
     */
    void check(Algorithm algorithm, String name, Path output, Cancellation cancellation) throws IOException {
        if (Files.size(output) > MAX_CHECKED_BYTES) {
            LOG.info("The output of {} is checked only by the gateway, since it is too large for the worker", name);
            return;
        }
        Optional<JsonElement> tree = output(output);
        if (tree.isEmpty()) {
            LOG.info("The output of {} is checked only by the gateway, since it has too many values", name);
            return;
        }
        List<String> violations;
        try (KnownSchemas.Lent lent = schemas.lend(algorithm.outputSchema(), cancellation::throwIfCancelled)) {
            violations = lent.validator().violations(tree.get());
        } catch (InvalidSchemaException e) {
            if (e.isTooCostly()) {
                LOG.info(
                        "The output of {} is checked only by the gateway, since the worker cannot use the schema: {}",
                        name,
                        e.getMessage());
                return;
            }
            throw invalid(name, e);
        } catch (InvalidJsonException e) {
            throw invalid(name, e);
        }
        throwIfAny(violations);
    }

    /**
     * Checks an algorithm's schemas before the algorithm runs. An output schema that is only too costly is accepted,
     * since the gateway can check the output.
     *
     * @throws TaskFailedException if a schema is invalid
     */
    void checkSchemas(Algorithm algorithm, String name, Cancellation cancellation) throws IOException {
        checkSchema(algorithm.inputSchema(), "input", name, cancellation);
        checkSchema(algorithm.outputSchema(), "output", name, cancellation);
    }

    private void checkSchema(Path file, String kind, String name, Cancellation cancellation) throws IOException {
        try {
            schemas.lend(file, cancellation::throwIfCancelled).close();
        } catch (InvalidSchemaException e) {
            if (!e.isTooCostly() || kind.equals("input")) {
                throw invalid(kind, file, name, e);
            }
        } catch (InvalidJsonException e) {
            throw invalid(kind, file, name, e);
        }
    }

    private static TaskFailedException invalid(String kind, Path file, String name, Exception e) {
        return new TaskFailedException(
                "Algorithm %s has invalid %s schema: %s, in %s"
                        .formatted(name, kind, e.getMessage(), file.getFileName()),
                e);
    }

    private static TaskFailedException invalid(String name, Exception e) {
        return new TaskFailedException("Algorithm %s has invalid output schema: %s".formatted(name, e.getMessage()), e);
    }

    private static void throwIfAny(List<String> violations) {
        if (!violations.isEmpty()) {
            int unreported = violations.size() - MAX_REPORTED;
            String more = unreported > 0 ? "; and %d more".formatted(unreported) : "";
            throw new TaskFailedException("The algorithm's output does not match its output schema: "
                    + String.join("; ", violations.subList(0, Math.min(MAX_REPORTED, violations.size()))) + more);
        }
    }

    /** Reads an output. Returns empty if its tree would be too large. */
    private static Optional<JsonElement> output(Path output) throws IOException {
        try {
            return Optional.of(StrictJson.parseFromPython(output, MAX_CHECKED_BYTES));
        } catch (InvalidJsonException e) {
            if (e.isBeyondLimit()) {
                return Optional.empty(); // OutputCopy enforces the limits for all outputs
            }
            throw new TaskFailedException("The algorithm's output is not valid JSON: " + e.getMessage(), e);
        }
    }
}
