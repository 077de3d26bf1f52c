package sg.aiverify.worker.app.local;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import sg.aiverify.worker.config.internal.NearestName;
import sg.aiverify.worker.json.internal.InvalidJsonException;
import sg.aiverify.worker.json.internal.KnownSchemas;
import sg.aiverify.worker.json.internal.StrictJson;

/** Warnings about options that are valid, but are probably a mistake. */
final class LocalWarnings {
    /** Keywords with which a schema may allow or refuse arguments that are not among its properties. */
    private static final List<String> OTHER_KEYWORDS = List.of(
            "additionalProperties",
            "unevaluatedProperties",
            "patternProperties",
            "propertyNames",
            "dependentSchemas",
            "allOf",
            "anyOf",
            "oneOf",
            "if",
            "$ref",
            "$dynamicRef");

    private LocalWarnings() {}

    static List<String> of(LocalRun run, AlgorithmSource algorithm) {
        List<String> warnings = new ArrayList<>();
        for (String name : run.unusedDatasets()) {
            warnings.add("--dataset " + name + " is not used: no argument is \"_dataset_:" + name + "\"");
        }
        String type = run.modelType().wireName();
        if (!algorithm.modelTypes().isEmpty() && algorithm.modelTypes().stream().noneMatch(type::equalsIgnoreCase)) {
            warnings.add("--model-type is " + type + ", but modelType in the algorithm's algo.meta.json allows only "
                    + String.join(", ", algorithm.modelTypes()));
        }
        return warnings;
    }

    /**
     * Finds arguments that the schema of the algorithm does not define.
     *
     * @param arguments the run's arguments
     * @param inputSchema the algorithm's {@code input.schema.json}; errors in this schema are reported when it is
     *     applied
     * @return one warning for each such argument; empty if the schema has rules for arguments other than its properties
     */
    static List<String> ofArguments(JsonObject arguments, Path inputSchema) {
        Set<String> known = known(inputSchema);
        return known.isEmpty()
                ? List.of()
                : arguments.keySet().stream()
                        .filter(name -> !known.contains(name))
                        .map(name -> "--args: the algorithm's input.schema.json has no property '" + name + "'"
                                + NearestName.of(name, known)
                                        .map(near -> "; did you mean '" + near + "'?")
                                        .orElse(""))
                        .toList();
    }

    private static Set<String> known(Path inputSchema) {
        try {
            return StrictJson.parse(inputSchema, KnownSchemas.MAX_SCHEMA_BYTES) instanceof JsonObject schema
                            && schema.get("properties") instanceof JsonObject properties
                            && OTHER_KEYWORDS.stream().noneMatch(schema::has)
                    ? properties.keySet()
                    : Set.of();
        } catch (InvalidJsonException | IOException e) {
            return Set.of();
        }
    }
}
