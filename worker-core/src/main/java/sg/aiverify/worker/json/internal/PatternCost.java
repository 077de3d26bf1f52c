package sg.aiverify.worker.json.internal;

import java.util.OptionalLong;

/**
 * Computes how many steps Java's matcher may take between two reads of the text. The matcher's steps can be counted,
 * and the matcher can be stopped, only when it reads the text. An expression like {@code (?:)?(?:)?(?:)?$} can try
 * exponentially many choices without a read.
 */
final class PatternCost {
    /** The upper limit of a cost; it exceeds every budget. */
    static final long ENDLESS = 1_000_000_000L;

    private static final int MAX_LENGTH = 8192;
    private static final int MAX_DEPTH = 100;

    private final String expression;
    private int at;
    private int depth;
    private int behind;

    private PatternCost(String expression) {
        this.expression = expression;
    }

    /**
     * A part of an expression.
     *
     * @param ways the number of ways in which the part can match without a read of the text
     * @param steps the number of steps that all these ways take
     */
    private record Part(long ways, long steps) {
        static final Part READING = new Part(0, 1);
        static final Part FREE = new Part(1, 1);

        Part then(Part next) {
            return new Part(capped(ways * next.ways), capped(steps + ways * next.steps));
        }

        Part or(Part other) {
            return new Part(capped(ways + other.ways), capped(steps + other.steps));
        }

        /** Repeats this part. Java's loop ends after the first empty round, but begins at least the given rounds. */
        Part times(long least) {
            long ways = least > 0 && this.ways == 0 ? 0 : this.ways + 1;
            return new Part(capped(ways), capped(1 + Math.max(1, least) * steps));
        }

        Part oneWay() {
            return new Part(1, capped(steps + 1));
        }
    }

    /** An expression has a part whose cost is unknown. */
    private static final class UnknownPartException extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /** Returns the steps, at most {@link #ENDLESS}; empty if the expression has parts whose cost is unknown. */
    static OptionalLong of(String expression) {
        if (expression.length() > MAX_LENGTH) {
            return OptionalLong.empty();
        }
        try {
            PatternCost cost = new PatternCost(expression);
            Part whole = cost.choice();
            return cost.at == expression.length() ? OptionalLong.of(whole.steps()) : OptionalLong.empty();
        } catch (UnknownPartException e) {
            return OptionalLong.empty();
        }
    }

    private static long capped(long number) {
        return Math.min(number, ENDLESS);
    }

    private Part choice() throws UnknownPartException {
        Part choice = sequence();
        while (accept("|")) {
            choice = choice.or(sequence());
        }
        return choice;
    }

    private Part sequence() throws UnknownPartException {
        Part sequence = Part.FREE;
        while (at < expression.length() && peek() != '|' && peek() != ')') {
            sequence = sequence.then(quantified());
        }
        return sequence;
    }

    private Part quantified() throws UnknownPartException {
        Part part = atom();
        while (at < expression.length() && "?*+{".indexOf(peek()) >= 0) {
            if (behind > 0) {
                throw new UnknownPartException(); // Python requires a fixed width here; Java tries every width
            }
            char quantifier = next();
            part = part.times(quantifier == '+' ? 1 : quantifier == '{' ? least() : 0);
        }
        return part;
    }

    private long least() throws UnknownPartException {
        int start = at;
        skipWhile("0123456789");
        String least = expression.substring(start, at);
        if (accept(",")) {
            skipWhile("0123456789");
        }
        if (least.isEmpty() || least.length() > 9 || !accept("}")) {
            throw new UnknownPartException();
        }
        return Long.parseLong(least);
    }

    private Part atom() throws UnknownPartException {
        return switch (next()) {
            case '(' -> group();
            case '[' -> set();
            case '\\' -> escape();
            case '^', '$' -> Part.FREE;
            case '?', '*', '+', '{' -> throw new UnknownPartException();
            default -> Part.READING;
        };
    }

    private Part group() throws UnknownPartException {
        if (++depth > MAX_DEPTH) {
            throw new UnknownPartException();
        }
        boolean looksAround = false;
        boolean looksBehind = false;
        if (accept("?")) {
            if (accept("=") || accept("!")) {
                looksAround = true;
            } else if (accept("<=") || accept("<!")) {
                looksBehind = true;
            } else if (accept("<")) {
                skipWhile("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
                expect(">");
            } else if (!accept(">")) {
                skipWhile("imsu-"); // not the flag x: with x, blanks and comments are not parts
                if (accept(")")) {
                    depth--;
                    return Part.FREE;
                }
                expect(":");
            }
        }
        int start = at;
        behind += looksBehind ? 1 : 0;
        Part inner = choice();
        behind -= looksBehind ? 1 : 0;
        if (looksBehind) {
            // Java tries each width; none is greater than the length of the expression.
            inner = new Part(1, capped(inner.steps() * (1 + at - start)));
        }
        expect(")");
        depth--;
        return looksAround ? inner.oneWay() : new Part(inner.ways(), capped(inner.steps() + 1));
    }

    private Part set() throws UnknownPartException {
        accept("^");
        if (peek() == ']') {
            throw new UnknownPartException();
        }
        for (char c = next(); c != ']'; c = next()) {
            if (c == '[') {
                throw new UnknownPartException();
            }
            if (c == '\\') {
                char kind = next();
                if (kind == 'Q') {
                    throw new UnknownPartException();
                }
                if (kind == 'c') {
                    next();
                }
            }
        }
        return Part.READING;
    }

    private Part escape() throws UnknownPartException {
        char kind = next();
        boolean isGrapheme = kind == 'b' && at < expression.length() && peek() == '{'; // \b{g} fails at the text's end
        if (kind == 'Q' || kind == 'E' || isGrapheme) {
            throw new UnknownPartException();
        }
        if (kind == 'c') {
            next(); // the letter of a control character, which may be a bracket
        } else if ("pPxNbk".indexOf(kind) >= 0) {
            skipName();
        }
        if (kind >= '1' && kind <= '9') {
            skipWhile("0123456789");
            return Part.FREE;
        }
        return "bBAzZGk".indexOf(kind) >= 0 ? Part.FREE : Part.READING;
    }

    private void skipName() throws UnknownPartException {
        String end = accept("{") ? "}" : accept("<") ? ">" : "";
        while (!end.isEmpty() && !accept(end)) {
            next();
        }
    }

    private void skipWhile(String characters) {
        while (at < expression.length() && characters.indexOf(expression.charAt(at)) >= 0) {
            at++;
        }
    }

    private boolean accept(String text) {
        boolean found = expression.startsWith(text, at);
        at += found ? text.length() : 0;
        return found;
    }

    private void expect(String text) throws UnknownPartException {
        if (!accept(text)) {
            throw new UnknownPartException();
        }
    }

    private char peek() throws UnknownPartException {
        if (at >= expression.length()) {
            throw new UnknownPartException();
        }
        return expression.charAt(at);
    }

    private char next() throws UnknownPartException {
        char next = peek();
        at++;
        return next;
    }
}
