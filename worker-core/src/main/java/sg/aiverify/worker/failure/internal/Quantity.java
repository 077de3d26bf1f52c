package sg.aiverify.worker.failure.internal;

/** Writes how many there are of something, with the word for one or for several. */
public final class Quantity {
    private Quantity() {}

    /**
     * Writes a number and a word whose plural ends in {@code s}.
     *
     * @param count how many
     * @param one the word for one
     * @return for example {@code 1 run} or {@code 2 runs}
     */
    public static String of(long count, String one) {
        return of(count, one, one + "s");
    }

    /**
     * Writes a number and a word.
     *
     * @param count how many
     * @param one the word for one
     * @param several the word for none or several
     * @return for example {@code 1 entry} or {@code 2 entries}
     */
    public static String of(long count, String one, String several) {
        return count + " " + (count == 1 ? one : several);
    }
}
