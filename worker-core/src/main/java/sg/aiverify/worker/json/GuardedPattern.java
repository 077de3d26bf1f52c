package sg.aiverify.worker.json;

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
 * The keyword {@code pattern} with an end: a foreign expression that backtracks without bound is given up after a number
 * of steps, since Java's matcher cannot be interrupted. An expression that only Python understands matches anything:
 * the gateway has checked it.
 */
final class GuardedPattern implements Evaluator {
    private static final Logger LOG = LogManager.getLogger(GuardedPattern.class);
    private static final int MAX_STEPS = 20_000_000;

    private final String expression;
    private final @Nullable Pattern pattern;

    GuardedPattern(String expression) {
        this.expression = expression;
        this.pattern = compiled(expression).orElse(null);
    }

    private static Optional<Pattern> compiled(String expression) {
        try {
            return Optional.of(Pattern.compile(
                    expression.replace("(?P<", "(?<").replace("\\Z", "\\z"), Pattern.UNICODE_CHARACTER_CLASS));
        } catch (PatternSyntaxException e) {
            LOG.warn("A schema's pattern is not checked, since Java cannot read it: {}", e.getDescription());
            return Optional.empty();
        }
    }

    @Override
    public Result evaluate(EvaluationContext context, JsonNode node) {
        if (pattern == null || !node.isString() || find(pattern, node.asString())) {
            return Result.success();
        }
        return Result.formattedFailure("pattern", node.asString(), expression);
    }

    /** Searches like Python's {@code re.search}; throws {@link EndlessPatternException} if there is no end to it. */
    static boolean find(Pattern pattern, String text) {
        try {
            return pattern.matcher(new CountedText(text, pattern.pattern(), new int[] {MAX_STEPS}))
                    .find();
        } catch (StackOverflowError e) {
            throw new EndlessPatternException(pattern.pattern());
        }
    }

    /** Thrown through the schema library. */
    static final class EndlessPatternException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        EndlessPatternException(String expression) {
            super("its pattern %s takes too long on a value".formatted(expression));
        }
    }

    private record CountedText(String text, String expression, int[] left) implements CharSequence {
        @Override
        public char charAt(int index) {
            if (--left[0] < 0) {
                throw new EndlessPatternException(expression);
            }
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
