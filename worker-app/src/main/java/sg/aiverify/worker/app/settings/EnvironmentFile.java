package sg.aiverify.worker.app.settings;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.Reason;

/**
 * The file {@code .env}, read by the rules of python-dotenv, as in the original worker. As an exception, references to
 * variables in a value are not replaced.
 *
 * @param values the values in the file, by name; a name without a value has an empty value
 * @param problems one sentence for each line that cannot be read; does not quote the line, which may contain a secret
 * @see <a href="https://saurabh-kumar.com/python-dotenv/#file-format">the file format of python-dotenv</a>
 */
record EnvironmentFile(Map<String, String> values, List<String> problems) {
    static final String NAME = ".env";

    private static final Pattern EMPTY = Pattern.compile("\\s*+(?:#[^\\r\\n]*+\\s*+)*+");
    private static final Pattern ASSIGNMENT = Pattern.compile("(?:export\\h+)?"
            + "(?:(?:'(?<quotedName>[^'\\r\\n]+)'|(?<name>[^=#\\s]+))\\h*="
            + "(?:\\h*'(?<single>[^']*+(?:(?<=\\\\)'[^']*+)*)'"
            + "|\\h*\"(?<double>[^\"]*+(?:(?<=\\\\)\"[^\"]*+)*)\""
            + "|(?!\\h*['\"])(?<plain>[^\\r\\n]*))|(?<alone>[\\w.-]+))"
            + "(?:\\h*#[^\\r\\n]*)?\\h*(?:\\r\\n?|\\n|\\z)");
    private static final Pattern REST_OF_LINE = Pattern.compile("[^\\r\\n]*(?:\\r\\n?|\\n|\\z)");
    private static final Pattern COMMENT = Pattern.compile("\\s+#.*");

    EnvironmentFile {
        values = Map.copyOf(values);
        problems = List.copyOf(problems);
    }

    /**
     * Reads the file.
     *
     * @param directory the directory of the file, which need not exist
     */
    static EnvironmentFile read(Path directory) {
        Path file = FileNames.absolute(directory.resolve(NAME));
        if (!Files.exists(file)) {
            return new EnvironmentFile(Map.of(), List.of());
        }
        if (Files.isDirectory(file)) {
            return unreadable(file + " is a directory; allowed: a file with lines of the form NAME=value, or no file");
        }
        try {
            return parse(file, Files.readString(file));
        } catch (CharacterCodingException e) {
            return unreadable(file + " is not encoded in UTF-8");
        } catch (IOException e) {
            return unreadable(file + " cannot be read: " + Reason.of(e));
        }
    }

    private static EnvironmentFile unreadable(String problem) {
        return new EnvironmentFile(Map.of(), List.of(problem));
    }

    private static EnvironmentFile parse(Path file, String text) {
        Map<String, String> values = new TreeMap<>();
        List<String> problems = new ArrayList<>();
        int at = text.startsWith("\uFEFF") ? 1 : 0;
        Matcher matcher = EMPTY.matcher(text);
        while (true) {
            at = end(matcher.usePattern(EMPTY), at);
            if (at == text.length()) {
                return new EnvironmentFile(values, problems);
            }
            if (matcher.usePattern(ASSIGNMENT).region(at, text.length()).lookingAt()) {
                values.put(name(matcher), value(matcher));
                at = matcher.end();
            } else {
                problems.add(file + ", line " + text.substring(0, at).split("\\r\\n?|\\n", -1).length
                        + " cannot be read; allowed: NAME=value, with or without export before it and quotes around"
                        + " the value, empty lines, and comments that start with #");
                at = end(matcher.usePattern(REST_OF_LINE), at);
            }
        }
    }

    private static int end(Matcher matcher, int from) {
        matcher.region(from, matcher.regionEnd());
        return matcher.lookingAt() ? matcher.end() : from;
    }

    private static String name(Matcher line) {
        return Stream.of("quotedName", "name", "alone")
                .map(line::group)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow();
    }

    private static String value(Matcher line) {
        if (line.group("single") != null) {
            return unescaped(line.group("single"), "\\'");
        }
        if (line.group("double") != null) {
            return unescaped(line.group("double"), "\\'\"abfnrtv");
        }
        String plain = line.group("plain");
        return plain == null ? "" : COMMENT.matcher(plain).replaceFirst("").strip();
    }

    private static String unescaped(String text, String escapes) {
        return Pattern.compile("\\\\([" + Pattern.quote(escapes) + "])")
                .matcher(text)
                .replaceAll(escape -> {
                    String character = switch (escape.group(1)) {
                        case "a" -> "\u0007";
                        case "b" -> "\b";
                        case "f" -> "\f";
                        case "n" -> "\n";
                        case "r" -> "\r";
                        case "t" -> "\t";
                        case "v" -> "\u000B";
                        default -> escape.group(1);
                    };
                    return Matcher.quoteReplacement(character);
                });
    }
}
