package sg.aiverify.worker.files.internal;

import java.util.regex.Pattern;

/** Shortens hashes in logs and messages. */
public final class ShortHash {
    private static final Pattern LONG =
            Pattern.compile("(?<![0-9a-fA-F])([0-9a-fA-F]{12})[0-9a-fA-F]{52}(?![0-9a-fA-F])");

    private ShortHash() {}

    /**
     * Shortens each SHA-256 in a text to its first twelve digits.
     *
     * @param text an object whose text can contain hashes, for example a path
     * @return the shortened text
     */
    public static String in(Object text) {
        return LONG.matcher(text.toString()).replaceAll("$1");
    }
}
