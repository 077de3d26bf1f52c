package sg.aiverify.worker.json.internal;

import com.google.gson.JsonElement;
import dev.harrel.jsonschema.Error;
import dev.harrel.jsonschema.MessageProvider;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Converts the schema library's errors to readable lines, similar to the messages of Python's {@code jsonschema}. */
final class Violations {
    private static final Set<String> CHOICES = Set.of("anyOf", "oneOf", "not", "contains");
    private static final Set<String> SUMMARIES = Set.of("allOf", "if", "dependentSchemas");
    private static final String SEPARATOR = "\u0000";
    private static final int MAX_LINES = 1000;
    private static final int MAX_NAMES = 100;
    private static final int MAX_PATH = 500;
    /** The fixed cost of a line. */
    private static final int STEPS = 20;

    private Violations() {}

    static List<String> of(List<Error> errors, JsonElement instance, EvaluationBudget budget) {
        Set<String> choices = errors.stream()
                .filter(error -> CHOICES.contains(String.valueOf(error.getKeyword())))
                .map(Error::getEvaluationPath)
                .collect(Collectors.toSet());
        Set<String> listed = listed(errors, instance, budget);
        Set<String> lines = new LinkedHashSet<>();
        for (Error error : errors) {
            if (lines.size() >= MAX_LINES) {
                break;
            }
            budget.step(STEPS + 2L * error.getInstanceLocation().length());
            if (!SUMMARIES.contains(String.valueOf(error.getKeyword()))
                    && !("type".equals(error.getKeyword()) && listed.contains(location(error)))
                    && !isBelow(error.getEvaluationPath(), choices, budget)) {
                lines.addAll(lines(error, instance));
            }
        }
        return lines.isEmpty() ? List.of("it does not match the schema") : List.copyOf(lines);
    }

    /**
     * Finds the locations where the list of allowed values is a sufficient message, so that an error about the type can
     * be left out.
     */
    private static Set<String> listed(List<Error> errors, JsonElement instance, EvaluationBudget budget) {
        Set<String> listed = new HashSet<>();
        int seen = 0;
        for (Error error : errors) {
            if ("enum".equals(error.getKeyword()) && ++seen <= MAX_LINES) {
                budget.step(STEPS + 2L * error.getInstanceLocation().length());
                String value = Excerpt.of(JsonPointers.find(instance, error.getInstanceLocation()));
                // The number 1 is not the text '1', but both look the same in the list of values.
                if (!(error.getError() + ",").contains(" " + value + ",")) {
                    listed.add(location(error));
                }
            }
        }
        return listed;
    }

    /** Returns a key for the schema and the value that an error concerns. */
    private static String location(Error error) {
        String keyword = error.getEvaluationPath();
        return keyword.substring(0, keyword.lastIndexOf('/') + 1) + SEPARATOR + error.getInstanceLocation();
    }

    private static boolean isBelow(String path, Set<String> choices, EvaluationBudget budget) {
        for (int end = path.lastIndexOf('/'); end > 0 && !choices.isEmpty(); end = path.lastIndexOf('/', end - 1)) {
            budget.step(1 + end / 64);
            if (choices.contains(path.substring(0, end))) {
                return true;
            }
        }
        return false;
    }

    private static List<String> lines(Error error, JsonElement instance) {
        String path = path(error.getInstanceLocation());
        String message = String.valueOf(error.getError());
        if ("required".equals(error.getKeyword())) {
            List<String> lines = new ArrayList<>();
            for (String name : message.split(SEPARATOR, -1)) {
                lines.add((path.isEmpty() ? name : path + "." + name) + ": required property is missing");
            }
            return lines;
        }
        String text = message;
        if (message.startsWith(SEPARATOR)) { // other messages may contain text from the schema
            text = Excerpt.of(JsonPointers.find(instance, error.getInstanceLocation())) + message.substring(1);
        }
        return List.of(path.isEmpty() ? text : path + ": " + text);
    }

    /** Converts a JSON pointer to a readable path: {@code a.b[0]}. */
    private static String path(String pointer) {
        StringBuilder path = new StringBuilder();
        List<String> steps = JsonPointers.steps(pointer);
        for (String step : steps) {
            if (step.matches("\\d{1,9}")) {
                path.append('[').append(step).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(step);
            }
        }
        return path.length() <= MAX_PATH ? path.toString() : "a location %d levels deep".formatted(steps.size());
    }

    /** A reference in the schema cannot be resolved, so no result of the schema is valid. */
    static final class UnresolvedReferenceException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UnresolvedReferenceException(String reference) {
            super("it refers to %s, which it does not contain".formatted(Excerpt.of(reference)));
        }
    }

    /**
     * Creates the messages of keywords. The separator is a placeholder for the value, or separates missing properties.
     */
    static final class Wording implements MessageProvider {
        private final EvaluationBudget budget;

        Wording(EvaluationBudget budget) {
            this.budget = budget;
        }

        /** Returns a message. The library creates the messages of all failures, even if only few are reported. */
        @Override
        public String getMessage(String key, Object... arguments) {
            String words = words(key, arguments);
            budget.keep(words.length());
            return words;
        }

        private static String words(String key, Object... arguments) {
            switch (key) {
                case "$ref":
                case "$dynamicRef":
                case "$recursiveRef":
                    throw new UnresolvedReferenceException(argument(arguments, 0));
                case "required":
                    return arguments[0] instanceof Collection<?> names
                            ? names.stream()
                                    .map(String::valueOf)
                                    .sorted()
                                    .limit(MAX_NAMES)
                                    .map(Excerpt::of)
                                    .collect(Collectors.joining(SEPARATOR))
                            : argument(arguments, 0);
                // These messages are never shown. The library's own messages would contain all indexes.
                case "allOf":
                case "ifThen":
                case "ifElse":
                    return "";
                case "dependentSchemas":
                    return "does not match the schema that one of its properties requires";
                case "falseSchema":
                    return "is not allowed here";
                case "type":
                    return SEPARATOR + " is not of type " + argument(arguments, 1);
                case "const":
                    return SEPARATOR + " is not " + argument(arguments, 1);
                case "enum":
                    return SEPARATOR + " is not one of " + argument(arguments, 1);
                case "multipleOf":
                    return SEPARATOR + " is not a multiple of " + argument(arguments, 1);
                case "maximum":
                    return SEPARATOR + " is greater than the maximum of " + argument(arguments, 1);
                case "exclusiveMaximum":
                    return SEPARATOR + " is greater than or equal to the maximum of " + argument(arguments, 1);
                case "minimum":
                    return SEPARATOR + " is less than the minimum of " + argument(arguments, 1);
                case "exclusiveMinimum":
                    return SEPARATOR + " is less than or equal to the minimum of " + argument(arguments, 1);
                case "maxLength":
                    return SEPARATOR + " is too long, at most " + argument(arguments, 1) + " characters are allowed";
                case "minLength":
                    return SEPARATOR + " is too short, at least " + argument(arguments, 1) + " characters are required";
                case "pattern":
                    return SEPARATOR + " does not match '" + Excerpt.of(argument(arguments, 1)) + "'";
                case "maxItems":
                    return SEPARATOR + " is too long, at most " + argument(arguments, 1) + " items are allowed";
                case "minItems":
                    return SEPARATOR + " is too short, at least " + argument(arguments, 1) + " items are required";
                case "uniqueItems":
                    return SEPARATOR + " has non-unique elements";
                case "maxProperties":
                    return SEPARATOR + " has too many properties, at most " + argument(arguments, 1) + " are allowed";
                case "minProperties":
                    return SEPARATOR + " has too few properties, at least " + argument(arguments, 1) + " are required";
                case "contains":
                    return SEPARATOR + " does not contain items matching the given schema";
                case "minContains":
                    return SEPARATOR + " has too few items matching the given schema, at least "
                            + argument(arguments, 1) + " are required";
                case "maxContains":
                    return SEPARATOR + " has too many items matching the given schema, at most "
                            + argument(arguments, 1) + " are allowed";
                case "dependentRequired":
                    return "a property requires other properties, which are missing: " + argument(arguments, 0);
                case "anyOf":
                    return SEPARATOR + " is not valid under any of the given schemas";
                case "oneOf":
                    return SEPARATOR + " is not valid under exactly one of the given schemas";
                case "not":
                    return SEPARATOR + " should not be valid under the given schema";
                default:
                    return MessageProvider.fromLocale(Locale.ROOT).getMessage(key, arguments);
            }
        }

        private static String argument(Object[] arguments, int index) {
            if (index >= arguments.length) {
                return "?";
            }
            return arguments[index] instanceof Collection<?> values
                    ? values.stream()
                            .limit(MAX_NAMES)
                            .map(String::valueOf)
                            .map(Excerpt::of)
                            .collect(Collectors.joining(", "))
                    : String.valueOf(arguments[index]);
        }
    }
}
