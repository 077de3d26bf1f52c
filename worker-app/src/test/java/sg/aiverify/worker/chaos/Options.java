package sg.aiverify.worker.chaos;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;

/** The options of these tests on the command line: {@code -Dchaos.…}. */
final class Options {
    /** Short, so that a lost task is found soon. */
    static final Duration LEASE = Duration.ofSeconds(3);

    static final int WORKERS = number("chaos.workers", 3);
    static final int RUNS = number("chaos.runs", 100);
    static final Duration PATIENCE = Duration.ofSeconds(number("chaos.patience", 180));
    static final Path REPORTS =
            Path.of(System.getProperty("basedir", "."), "target", "chaos").toAbsolutePath();

    private Options() {}

    /** Returns the seed that is set, else the first seeds. */
    static List<Long> seeds(String countName, int count) {
        String one = System.getProperty("chaos.seed", "");
        int many = number(countName, count);
        return !one.isBlank() && many > 0
                ? List.of(Long.valueOf(one))
                : LongStream.rangeClosed(1, many).boxed().toList();
    }

    /** Returns the command that starts a worker. */
    static List<String> command(int heapMegabytes) {
        String other = System.getProperty("chaos.command", "");
        if (!other.isBlank()) {
            return List.of(other.trim().split("\\s+"));
        }
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heapMegabytes + "m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                Path.of(System.getProperty("basedir", "."), "target", "aiverify-worker.jar")
                        .toAbsolutePath()
                        .toString());
    }

    /** Returns the kinds of faults to draw from: all, those in a list separated by commas, or none. */
    static Set<FaultKind> kinds() {
        String named = System.getProperty("chaos.faults", "");
        Set<FaultKind> kinds = named.isBlank() ? EnumSet.allOf(FaultKind.class) : EnumSet.noneOf(FaultKind.class);
        if (!named.isBlank() && !named.equals("none")) {
            for (String name : named.split(",")) {
                kinds.add(FaultKind.valueOf(name.trim()));
            }
        }
        return kinds;
    }

    static boolean isControl() {
        return !System.getProperty("chaos.command", "").isBlank();
    }

    static int number(String name, int otherwise) {
        String value = System.getProperty(name, "");
        return value.isBlank() ? otherwise : Integer.parseInt(value);
    }
}
