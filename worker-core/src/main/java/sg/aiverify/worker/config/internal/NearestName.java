package sg.aiverify.worker.config.internal;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds what a mistyped name was probably meant to be. */
public final class NearestName {
    private NearestName() {}

    /**
     * Finds the nearest name; one that the typed name is the beginning of comes before all others.
     *
     * @param name what was typed
     * @param known what exists
     * @return the known name with the least edit distance, or empty if none is near
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
     * Tells whether a name is another one with its last words left off.
     *
     * @param name what was typed
     * @param whole the other one
     * @return true if only whole words are missing, and only at the end
     */
    public static boolean isBeginning(String name, String whole) {
        return whole.startsWith(name + "_");
    }

    /**
     * Counts the single-character changes that lead from one text to the other.
     *
     * @param from a text
     * @param to another
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
