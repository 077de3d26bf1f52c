package sg.aiverify.worker.config.internal;

import com.google.gson.JsonPrimitive;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import sg.aiverify.worker.failure.FailureText;

/** The forms in which a secret can occur in a text. */
final class SecretForms {
    /** The minimum length of a secret. Masking shorter values would make texts unreadable. */
    private static final int MIN_LENGTH = 4;
    /** The minimum length of a header's value that counts as a secret, unless the header's name indicates a secret. */
    private static final int MIN_HEADER = 8;

    private static final Pattern LOGIN = Pattern.compile("^(?:[a-z]+://)?([^/@:]*):([^/]*)@");
    private static final Pattern HEADER = Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):(.+)");
    private static final Pattern SCHEME = Pattern.compile("[A-Za-z]+ +(\\S.*)");
    private static final Pattern SECRET_NAME = Pattern.compile("auth|token|key|secret|pass|cookie|cred|sign");

    private final Set<String> forms = new LinkedHashSet<>();

    private SecretForms() {}

    /** Returns the forms of a value, which may be an address with a login. */
    static Set<String> ofValue(String value) {
        SecretForms found = new SecretForms();
        found.add(value);
        Matcher login = LOGIN.matcher(value);
        if (login.find()) {
            String user = decoded(login.group(1));
            String password = decoded(login.group(2));
            found.add(login.group(2));
            found.add(password);
            found.add(Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8)));
        }
        return found.forms;
    }

    /** Returns the forms of a file's content, which may be one secret, the lines of a key, or headers. */
    static Set<String> ofContent(String content) {
        SecretForms found = new SecretForms();
        found.add(content.strip());
        content.strip().lines().map(String::strip).forEach(found::addLine);
        return found.forms;
    }

    private void addLine(String line) {
        if (line.startsWith("#") || line.startsWith("-----")) {
            return;
        }
        Matcher header = HEADER.matcher(line);
        if (!header.matches()) {
            add(line);
            return;
        }
        String value = header.group(2).strip();
        if (value.length() >= MIN_HEADER
                || SECRET_NAME.matcher(header.group(1).toLowerCase(Locale.ROOT)).find()) {
            add(value);
            Matcher scheme = SCHEME.matcher(value);
            if (scheme.matches()) {
                add(scheme.group(1));
            }
        }
    }

    private void add(String secret) {
        if (secret.length() < MIN_LENGTH) {
            return;
        }
        String json = new JsonPrimitive(secret).toString();
        forms.add(secret);
        // Control characters are removed from texts before the texts are masked.
        forms.add(FailureText.printable(secret));
        forms.add(json.substring(1, json.length() - 1));
        forms.add(inAscii(json.substring(1, json.length() - 1)));
        forms.add(secret.replace("\\", "\\\\").replace("\"", "\\\""));
        String form = URLEncoder.encode(secret, StandardCharsets.UTF_8);
        forms.add(form);
        forms.add(form.replace("+", "%20"));
        // The forms of RFC 3986: in a query, and in a path as Python encodes it.
        String part = form.replace("+", "%20").replace("*", "%2A").replace("%7E", "~");
        forms.add(part);
        forms.add(part.replace("%2F", "/"));
    }

    /** Escapes the characters outside ASCII in JSON, as Python does. */
    private static String inAscii(String json) {
        return json.chars()
                .mapToObj(c -> c < 0x80 ? String.valueOf((char) c) : "\\u%04x".formatted(c))
                .collect(Collectors.joining());
    }

    private static String decoded(String escaped) {
        try {
            return URLDecoder.decode(escaped.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return escaped;
        }
    }
}
