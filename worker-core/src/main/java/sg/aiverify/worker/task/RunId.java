package sg.aiverify.worker.task;

import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** The ids of test runs: UUIDs with or without hyphens. No character of an id needs escaping. */
final class RunId {
    private static final String UUID =
            "\\p{XDigit}{8}-\\p{XDigit}{4}-\\p{XDigit}{4}-\\p{XDigit}{4}-\\p{XDigit}{12}|\\p{XDigit}{32}";
    private static final Pattern WHOLE = Pattern.compile(UUID);
    private static final Pattern IN_TEXT =
            Pattern.compile("(?<![\\w\\\\])[\"']?id[\"']?\\s*:\\s*[\"']?(" + UUID + ")(?![\\w-])");
    private static final int SEARCHED = 1024 * 1024;
    private static final JsonFactory FACTORY = new JsonFactory();

    private RunId() {}

    static boolean isValid(String text) {
        return WHOLE.matcher(text).matches();
    }

    /** Returns an id in the gateway's form: lower case, with hyphens. */
    static String canonical(String id) {
        String digits = id.replace("-", "").toLowerCase(Locale.ROOT);
        return String.join(
                "-",
                digits.substring(0, 8),
                digits.substring(8, 12),
                digits.substring(12, 16),
                digits.substring(16, 20),
                digits.substring(20));
    }

    static Optional<String> find(String json) {
        String text = json.length() > SEARCHED ? json.substring(0, SEARCHED) : json;
        Set<String> ids = new LinkedHashSet<>();
        boolean readable = collectTopLevel(text, ids);
        if (ids.isEmpty() && !readable) {
            Matcher matcher = IN_TEXT.matcher(text);
            while (matcher.find()) {
                ids.add(matcher.group(1));
            }
        }
        return ids.size() == 1
                ? ids.stream().filter(RunId::isValid).map(RunId::canonical).findFirst()
                : Optional.empty();
    }

    /** Collects the ids at the top level, up to the first syntax error. Returns false if there is such an error. */
    private static boolean collectTopLevel(String text, Set<String> ids) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return true;
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                boolean isId = parser.currentName().equals("id");
                JsonToken value = parser.nextToken();
                if (isId && value == JsonToken.VALUE_STRING) {
                    ids.add(parser.getString());
                }
                parser.skipChildren();
            }
            return true;
        } catch (JacksonException e) {
            return false; // The ids before the error are kept.
        }
    }
}
