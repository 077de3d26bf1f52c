package sg.aiverify.worker.files.internal;

import java.util.regex.Pattern;

/** Makes hashes readable in logs and messages. */
public final class ShortHash {
    private static final Pattern LONG =
            Pattern.compile("(?<![0-9a-fA-F])([0-9a-fA-F]{12})[0-9a-fA-F]{52}(?![0-9a-fA-F])");

    private ShortHash() {}

    /**
     * Shortens each SHA-256 in a text to its first twelve digits.
     *
     * @param text anything whose text may hold hashes, for example a path
     * @return the text for people
     */
    public static String in(Object text) {
        return LONG.matcher(text.toString()).replaceAll("$1");
    }
}
