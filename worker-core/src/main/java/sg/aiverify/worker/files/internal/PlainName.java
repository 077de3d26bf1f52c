package sg.aiverify.worker.files.internal;

import java.util.regex.Pattern;

/** Checks names, so that each accepted name is safe as a file name on any disk. */
public final class PlainName {
    private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*");

    private PlainName() {}

    /**
     * Returns a name if it is safe, that is, if it consists of allowed characters.
     *
     * @param what a word for the named thing, for the message
     * @param name the name
     * @param maxLength the largest number of characters
     * @return the name
     * @throws IllegalArgumentException if it is not safe
     */
    public static String check(String what, String name, int maxLength) {
        if (name.length() > maxLength || !ALLOWED.matcher(name).matches()) {
            throw new IllegalArgumentException("The name of a " + what + " is '" + name + "'; allowed: 1 to "
                    + maxLength + " letters, digits, '.', '_' and '-', not starting with '.' or '-'");
        }
        return name;
    }
}
