package sg.aiverify.worker.json.internal;

import dev.harrel.jsonschema.EvaluationContext;
import dev.harrel.jsonschema.Evaluator;
import dev.harrel.jsonschema.JsonNode;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The keyword {@code pattern} with a limit. Expressions are untrusted, and Java's matcher cannot be interrupted. An
 * expression that backtracks without bound is aborted after a number of steps. An expression that only Python
 * understands, or whose cost is unknown, matches any text, since the gateway checks the same schema.
 */
final class GuardedPattern implements Evaluator {
    private static final Logger LOG = LogManager.getLogger(GuardedPattern.class);
    /** The number of steps without reading the text that take about as long as one step that reads it. */
    private static final int FREE_STEPS = 4;

    private final String expression;
    private final @Nullable Pattern pattern;
    private final EvaluationBudget budget;

    GuardedPattern(String expression, EvaluationBudget budget) {
        this.expression = expression;
        this.budget = budget;
        this.pattern = compiled(expression, budget).orElse(null);
    }

    private static Optional<Pattern> compiled(String expression, EvaluationBudget budget) {
        String inJava = expression.replace("(?P<", "(?<").replace("\\Z", "\\z");
        if (PatternCost.of(inJava).isEmpty()) {
            note("it has parts of unknown cost: " + Excerpt.of(expression), budget);
            return Optional.empty();
        }
        try {
            return Optional.of(Pattern.compile(inJava, Pattern.UNICODE_CHARACTER_CLASS));
        } catch (PatternSyntaxException e) {
            note("Java cannot compile it: " + e.getDescription(), budget);
            return Optional.empty();
        }
    }

    private static void note(String reason, EvaluationBudget budget) {
        if (budget.isFirstUncheckedPattern()) {
            LOG.warn("At least one pattern of a schema is not checked: {}", reason);
        } else {
            LOG.debug("Another pattern of that schema is not checked: {}", reason);
        }
    }

    @Override
    public Result evaluate(EvaluationContext context, JsonNode node) {
        if (pattern == null || !node.isString() || find(pattern, node.asString(), budget)) {
            return Result.success();
        }
        return Result.formattedFailure("pattern", node.asString(), expression);
    }

    /** Searches like Python's {@code re.search}, within the budget. */
    static boolean find(Pattern pattern, String text, EvaluationBudget budget) {
        long free = PatternCost.of(pattern.pattern()).orElse(PatternCost.ENDLESS);
        CountedText counted = new CountedText(text, pattern.pattern(), 1 + free / FREE_STEPS, budget);
        try {
            counted.count(1L + text.length()); // a match may be tried at each character without reading it
            return pattern.matcher(counted).find();
        } catch (StackOverflowError e) {
            throw budget.spent(
                    "its pattern %s recurses too deeply on the value".formatted(Excerpt.of(pattern.pattern())));
        }
    }

    private record CountedText(String text, String expression, long weight, EvaluationBudget budget)
            implements CharSequence {
        void count(long reads) {
            budget.patternStep(expression, reads * weight);
        }

        @Override
        public char charAt(int index) {
            count(1);
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
