package sg.aiverify.worker.failure.internal;

/** Formats a count with a noun, in the singular or the plural. */
public final class Quantity {
    private Quantity() {}

    /**
     * Formats a count with a noun whose plural ends in {@code s}.
     *
     * @param count the count
     * @param one the singular
     * @return the text, for example {@code 1 run} or {@code 2 runs}
     */
    public static String of(long count, String one) {
        return of(count, one, one + "s");
    }

    /**
     * Formats a count with a noun.
     *
     * @param count the count
     * @param one the singular
     * @param several the plural, also used for zero
     * @return the text, for example {@code 1 entry} or {@code 2 entries}
     */
    public static String of(long count, String one, String several) {
        return count + " " + (count == 1 ? one : several);
    }
}
