package sg.aiverify.worker.python;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Shortens the output of pip, so that a reader finds the cause of a failure in it. */
final class InstallOutput {
    /** The maximum number of versions of a package that are listed. */
    private static final int MAX_VERSIONS = 5;

    private static final Pattern NOISE = Pattern.compile("(?:Looking in links|Requirement already satisfied): .*");
    private static final Pattern RETRY = Pattern.compile("^(WARNING: Retrying) \\(Retry\\([^)]*\\)\\)");
    private static final Pattern ADDRESS = Pattern.compile("(?: object)? at 0x\\p{XDigit}+");
    private static final Pattern VERSIONS =
            Pattern.compile("(satisfies the requirement (\\S+) [^:]*\\(from) versions: ([^)]+)\\)");
    private static final Pattern WANTED = Pattern.compile("==\\s*(\\d[^\\s,;)*]*)");
    private static final Pattern IGNORED = Pattern.compile("^(ERROR: Ignored the following [^:]+: )(.+)$");
    private static final Pattern NUMBER = Pattern.compile("\\d+");

    private InstallOutput() {}

    /**
     * Removes lines that do not explain a failure, and shortens long lists of versions. Retries that differ only in
     * their number become equal lines.
     */
    static String shortened(String output) {
        return output.lines()
                .filter(line -> !NOISE.matcher(line).matches())
                .map(InstallOutput::line)
                .collect(Collectors.joining("\n", "", output.endsWith("\n") ? "\n" : ""));
    }

    private static String line(String line) {
        Matcher retry = RETRY.matcher(line);
        if (retry.find()) {
            return ADDRESS.matcher(retry.replaceFirst("$1")).replaceAll("");
        }
        Matcher ignored = IGNORED.matcher(line);
        if (ignored.find()) {
            List<String> all = List.of(ignored.group(2).split("; "));
            return all.size() <= MAX_VERSIONS ? line : ignored.group(1) + newestOf(all, "; ");
        }
        Matcher versions = VERSIONS.matcher(line);
        if (!versions.find()) {
            return line;
        }
        List<String> all = List.of(versions.group(3).split(", "));
        return all.size() <= MAX_VERSIONS
                ? line
                : line.substring(0, versions.end(1)) + " " + some(all, versions.group(2))
                        + line.substring(versions.end() - 1);
    }

    private static String some(List<String> all, String requirement) {
        Matcher wanted = WANTED.matcher(requirement);
        if (!wanted.find()) {
            return newestOf(all, ", ");
        }
        int above = (int) all.stream()
                .takeWhile(version -> compare(version, wanted.group(1)) < 0)
                .count();
        int from = Math.max(0, Math.min(above - MAX_VERSIONS / 2, all.size() - MAX_VERSIONS));
        int to = from + MAX_VERSIONS;
        return to == all.size()
                ? newestOf(all, ", ")
                : all.size() + " versions, the nearest " + String.join(", ", all.subList(from, to)) + ", the newest "
                        + all.get(all.size() - 1);
    }

    private static String newestOf(List<String> all, String between) {
        return all.size() + " versions, the newest "
                + String.join(between, all.subList(all.size() - MAX_VERSIONS, all.size()));
    }

    /** Compares two versions by their numbers only; pip lists versions in this order. */
    private static int compare(String one, String other) {
        List<Long> left = numbers(one);
        List<Long> right = numbers(other);
        for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
            int order = Long.compare(i < left.size() ? left.get(i) : 0, i < right.size() ? right.get(i) : 0);
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private static List<Long> numbers(String version) {
        Stream<String> numbers = NUMBER.matcher(version).results().map(found -> found.group());
        return numbers.filter(number -> number.length() <= 18)
                .map(Long::valueOf)
                .toList();
    }
}
