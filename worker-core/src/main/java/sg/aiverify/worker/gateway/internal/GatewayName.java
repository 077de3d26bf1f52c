package sg.aiverify.worker.gateway.internal;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import sg.aiverify.worker.failure.TaskFailedException;

/** Checks names of files at the gateway, and builds addresses from them. */
public final class GatewayName {
    private static final Pattern FILE = Pattern.compile("[A-Za-z0-9._-]{1,255}");
    private static final String UNRESERVED = "-._~";

    private GatewayName() {}

    /**
     * Checks the name of a file or folder by the gateway's rules.
     *
     * @param what a word for the message, for example {@code model}
     * @param name the name
     * @return the name
     * @throws TaskFailedException if the gateway cannot store a file of this name
     */
    public static String file(String what, String name) {
        if (!FILE.matcher(name).matches() || name.contains("..") || name.equals(".")) {
            throw new TaskFailedException("The name of the " + what + " is '" + name
                    + "'; allowed: 1 to 255 letters, digits, '.', '_' and '-', without '..' and '/'");
        }
        return name;
    }

    /** Builds an address below the gateway's address, with each segment encoded. */
    static URI address(GatewaySettings settings, String... segments) {
        StringBuilder path = new StringBuilder(settings.url().toString());
        for (String segment : segments) {
            path.append('/').append(encoded(segment));
        }
        return URI.create(path.toString());
    }

    private static String encoded(String segment) {
        if (segment.equals(".") || segment.equals("..")) {
            throw new TaskFailedException("'" + segment + "' is not a valid name at the gateway");
        }
        StringBuilder text = new StringBuilder();
        for (byte b : segment.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain = c < 0x80 && (Character.isLetterOrDigit(c) || UNRESERVED.indexOf(c) >= 0);
            if (plain) {
                text.append(c);
            } else {
                text.append('%').append(String.format("%02X", b & 0xff));
            }
        }
        return text.toString();
    }
}
