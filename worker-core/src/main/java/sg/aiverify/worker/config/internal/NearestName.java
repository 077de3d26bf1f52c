package sg.aiverify.worker.config.internal;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the intended name for a misspelled one. */
public final class NearestName {
    private NearestName() {}

    /**
     * Finds the nearest name. A name that begins with the typed name has precedence.
     *
     * @param name the typed name
     * @param known the existing names
     * @return the existing name with the least edit distance; empty if no name is near
     */
    public static Optional<String> of(String name, Collection<String> known) {
        int limit = Math.max(2, name.length() / 4);
        Optional<String> whole = known.stream()
                .filter(candidate -> isBeginning(name, candidate))
                .min(Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()));
        if (whole.isPresent()) {
            return whole;
        }
        return known.stream()
                .filter(candidate -> distance(name, candidate) <= limit)
                .min(Comparator.comparingInt((String candidate) -> distance(name, candidate))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /**
     * Checks whether a name is another name without its last words.
     *
     * @param name the typed name
     * @param whole the other name
     * @return true if only whole words are missing, and only at the end
     */
    public static boolean isBeginning(String name, String whole) {
        return whole.startsWith(name + "_");
    }

    /**
     * Counts the changes of single characters that convert one text to another.
     *
     * @param from a text
     * @param to another text
     * @return the Levenshtein distance
     */
    public static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.length()];
    }
}
