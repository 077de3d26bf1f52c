package sg.aiverify.worker.python;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Shortens paths in the worker's cache, which mean nothing to the author of an algorithm. A short path is relative to
 * the unpacked folder, or to the folder that contains the packages of an environment.
 */
final class CachePaths {
    private static final Pattern CONTENT =
            Pattern.compile("/[0-9a-f]{64}/content/(?:lib(?:64)?/python3\\.\\d+/(?:site-packages/)?)?");

    private CachePaths() {}

    /** Shortens all paths of the cache in a text. Takes linear time, since the text is untrusted. */
    static String shortened(String text) {
        Matcher content = CONTENT.matcher(text);
        StringBuilder shortened = new StringBuilder();
        int done = 0;
        while (content.find()) {
            int start = content.start();
            while (start > done && isOfPath(text.charAt(start - 1))) {
                start--;
            }
            shortened.append(text, done, start);
            done = content.end();
        }
        return shortened.append(text, done, text.length()).toString();
    }

    private static boolean isOfPath(char c) {
        return Character.isLetterOrDigit(c) || "/._-+~@%".indexOf(c) >= 0;
    }
}
