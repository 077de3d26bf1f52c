package sg.aiverify.worker.app.local;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;

/**
 * The key figures of an output: the numbers at its top level first, then those in its objects and lists of objects.
 * Lists of numbers, such as curves, are skipped, since one line cannot show them.
 *
 * @param shown the figures to show
 * @param more the number of other figures
 */
record KeyFigures(List<Figure> shown, long more) {
    static final KeyFigures NONE = new KeyFigures(List.of(), 0);

    private static final int MAX_SHOWN = 8;
    private static final int MAX_DEPTH = 4;
    private static final int DIGITS = 4;
    private static final String ROUNDED = "≈";
    /**
     * The maximum number of digits of a number that is shown unchanged. A quotient of doubles usually has more digits.
     */
    private static final int MAX_EXACT = 9;

    private static final int MAX_INTEGER = 30;
    private static final int LEAST_PLAIN = -3;
    private static final int MOST_PLAIN = 15;

    KeyFigures {
        shown = List.copyOf(shown);
    }

    /**
     * A number.
     *
     * @param name its path in the output, such as {@code groups[0].rate}; untrusted text
     * @param value the number as text, marked if it is rounded
     */
    record Figure(String name, String value) {}

    /** Finds the figures of an output. The reader must be at the beginning of the output. */
    static KeyFigures of(JsonReader json) throws IOException {
        Search search = new Search();
        search.value(json, "", 0);
        List<Figure> shown =
                search.byDepth.stream().flatMap(List::stream).limit(MAX_SHOWN).toList();
        return new KeyFigures(shown, search.count - shown.size());
    }

    private static final class Search {
        private final List<List<Figure>> byDepth = new ArrayList<>();
        private long count;

        Search() {
            for (int depth = 0; depth <= MAX_DEPTH; depth++) {
                byDepth.add(new ArrayList<>());
            }
        }

        void value(JsonReader json, String name, int depth) throws IOException {
            switch (json.peek()) {
                case BEGIN_OBJECT -> object(json, name, depth);
                case BEGIN_ARRAY -> list(json, name, depth);
                case NUMBER -> number(json.nextString(), name, depth);
                default -> json.skipValue();
            }
        }

        private void object(JsonReader json, String name, int depth) throws IOException {
            if (depth == MAX_DEPTH) {
                json.skipValue();
                return;
            }
            json.beginObject();
            while (json.hasNext()) {
                String member = json.nextName();
                value(json, name.isEmpty() ? member : name + "." + member, depth + 1);
            }
            json.endObject();
        }

        private void list(JsonReader json, String name, int depth) throws IOException {
            json.beginArray();
            for (int i = 0; json.hasNext(); i++) {
                if (json.peek() == JsonToken.BEGIN_OBJECT) {
                    object(json, name + "[" + i + "]", depth);
                } else {
                    json.skipValue();
                }
            }
            json.endArray();
        }

        private void number(String text, String name, int depth) {
            count++;
            List<Figure> same = byDepth.get(depth);
            if (same.size() < MAX_SHOWN) {
                same.add(new Figure(name, rounded(text)));
            }
        }
    }

    /**
     * Formats a number. A short number is unchanged. A longer one keeps all digits before the point, has at least four
     * digits in total, and is marked as rounded.
     */
    static String rounded(String number) {
        if (number.matches("-?\\d{1," + MAX_INTEGER + "}")) {
            return number;
        }
        BigDecimal exact;
        try {
            exact = new BigDecimal(number).stripTrailingZeros();
        } catch (NumberFormatException e) {
            return number; // an exponent of more than ten digits
        }
        if (exact.signum() == 0) {
            return "0";
        }
        long beforePoint = (long) exact.precision() - exact.scale();
        boolean isPlain = beforePoint >= LEAST_PLAIN && beforePoint <= MOST_PLAIN;
        int digits = isPlain ? Math.max(DIGITS, (int) beforePoint) : DIGITS;
        BigDecimal shown = exact.precision() <= MAX_EXACT ? exact : exact.round(new MathContext(digits));
        String text = isPlain ? shown.toPlainString() : shown.toString();
        return shown.compareTo(exact) == 0 ? text : ROUNDED + text;
    }
}
