package sg.aiverify.worker.python;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Shortens the output of Python line by line, as failures.py does with tracebacks. Replaces three kinds of paths by
 * paths that the author knows: those of the algorithm's files, those of files in the worker's cache, and those at the
 * start of a warning. From the report of a crash, it removes the list of extension modules, and the frames of the
 * worker and of the import system. Not thread-safe, since the result depends on the previous line.
 */
final class FaultDump {
    private static final String MODULES = "Extension modules: ";
    private static final Pattern MODULES_END = Pattern.compile(".*\\(total: \\d+\\)");
    /** A frame in the report of a crash. A frame in a traceback has a comma before the word "in". */
    private static final Pattern FRAME = Pattern.compile("  File \"(.*)\", line (\\d+ in .*)");

    private static final Pattern IMPORTING =
            Pattern.compile("<frozen (importlib|runpy|zipimport).*|.*/importlib/__init__\\.py");
    private static final Pattern LIBRARIES = Pattern.compile(".*/(site|dist)-packages/|.*/lib(64)?/python3\\.\\d+/");

    private static final Pattern WARNING = Pattern.compile("/\\S+(?=:\\d+: \\w+: )");

    private final @Nullable Path algorithm;
    private final @Nullable Path scripts;
    private final @Nullable Pattern ofAlgorithm;
    private boolean isInModules;

    /**
     * Creates a filter for one output.
     *
     * @param algorithm the algorithm's directory, as its process sees it; null if unknown
     * @param scripts the directory of runner.py, as the process sees it; null if unknown
     */
    FaultDump(@Nullable Path algorithm, @Nullable Path scripts) {
        this.algorithm = algorithm;
        this.scripts = scripts;
        this.ofAlgorithm = algorithm == null ? null : Pattern.compile("(?<![\\w./-])" + Pattern.quote(algorithm + "/"));
    }

    /** Shortens a whole output, or the end of an output. */
    String cut(String output) {
        List<String> kept = new ArrayList<>();
        for (String line : output.split("\n", -1)) {
            cutLine(line, Integer.MAX_VALUE).ifPresent(kept::add);
        }
        return String.join("\n", kept);
    }

    /**
     * Shortens a line.
     *
     * @param line the line, without its end
     * @param piece a line of at least this length may be a piece of a longer line that continues in the next call
     * @return the shortened line; empty if the line is left out
     */
    Optional<String> cutLine(String line, int piece) {
        if (isInModules || line.startsWith(MODULES)) {
            boolean ends = MODULES_END.matcher(line).matches();
            boolean continues = !ends && line.length() >= piece;
            boolean isOfModules = ends || continues || isInModules;
            isInModules = continues;
            if (isOfModules) {
                return Optional.empty();
            }
        }
        Matcher frame = FRAME.matcher(line);
        if (!frame.matches()) {
            return Optional.of(withShortNames(line));
        }
        String file = frame.group(1);
        if (isBelow(file, scripts) || IMPORTING.matcher(file).matches()) {
            return Optional.empty();
        }
        return Optional.of("  File \"" + shortened(file) + "\", line " + frame.group(2));
    }

    private String withShortNames(String line) {
        if (line.indexOf('/') < 0) { // a fast check, since an output can have many lines without paths
            return line;
        }
        Matcher warning = WARNING.matcher(line);
        String named = warning.lookingAt() ? shortened(warning.group()) + line.substring(warning.end()) : line;
        return CachePaths.shortened(
                ofAlgorithm != null && named.contains(algorithm + "/")
                        ? ofAlgorithm.matcher(named).replaceAll("")
                        : named);
    }

    private String shortened(String file) {
        return isBelow(file, algorithm)
                ? file.substring(algorithm.toString().length() + 1)
                : LIBRARIES.matcher(file).replaceFirst("");
    }

    private static boolean isBelow(String file, @Nullable Path directory) {
        return directory != null && file.startsWith(directory + "/");
    }
}
