package sg.aiverify.worker.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import sg.aiverify.worker.testkit.machine.Needs;

/**
 * Workers under every kind of fault: no run is lost or stored twice, no reported outcome changes, and nothing remains.
 * The normal build plays one seed. The profile {@code chaos} plays many, and checks that each kind of fault happened
 * often enough. {@code -Dchaos.seed} repeats a seed; {@code -Dchaos.command} tests another worker.
 */
@Tag("slow")
class ChaosIT {
    /** The minimum number of faults of each kind when many seeds are played. */
    private static final int OFTEN = 20;

    private static final Map<String, Verdict> TOTALS = new TreeMap<>();

    @TestFactory
    Stream<DynamicTest> noRunIsLostOrReportedTwiceWhateverFails() {
        return seeds("light", "chaos.seeds", 1, Options.RUNS, true);
    }

    @TestFactory
    Stream<DynamicTest> norWithRealPython() {
        return seeds("python", "chaos.python.seeds", 0, Options.number("chaos.python.runs", 50), false);
    }

    /** Without it the other tests still run, but no disk is ever full. */
    @Test
    void theDiskOfTheWorkersCanBeFilled() throws Exception {
        try (SmallDisk disk = SmallDisk.at(Options.REPORTS.resolve("small-disk"), 1)) {
            Needs.that(disk.canBeFilled(), "a small disk to fill", "this user may not mount a tmpfs");

            disk.fill();

            Path more = disk.directory().resolve("more");
            assertThatThrownBy(() -> Files.write(more, new byte[1 << 16])).isInstanceOf(IOException.class);
        }
    }

    private static Stream<DynamicTest> seeds(String name, String property, int usually, int runs, boolean light) {
        List<Long> seeds = Options.seeds(property, usually);
        return seeds.stream()
                .map(seed -> DynamicTest.dynamicTest(name + " seed " + seed, () -> {
                    play(name, seed, runs, light);
                    if (seed.equals(seeds.get(seeds.size() - 1)) && seeds.size() >= OFTEN) {
                        Map<FaultKind, Integer> faults = TOTALS.get(name).faults;
                        // Without a small disk, the disk cannot be full.
                        Set<FaultKind> kinds = Options.kinds();
                        kinds.remove(FaultKind.DISK_FULL);
                        assertThat(faults.keySet()).containsAll(kinds);
                        assertThat(faults.values()).allMatch(count -> count >= OFTEN);
                    }
                }));
    }

    private static void play(String name, long seed, int runs, boolean light) throws Exception {
        Path directory = Options.REPORTS.resolve(name + "-" + seed);
        delete(directory);
        Files.createDirectories(directory);
        Verdict verdict = new Experiment(seed, runs, light, directory).run();
        TOTALS.computeIfAbsent(name, key -> new Verdict()).add(verdict);
        print("chaos " + name + " seed " + seed + ": " + verdict);
        assertThat(verdict.isClean())
                .as("%s seed %d; the workers' logs are in %s:%n%s", name, seed, directory, verdict)
                .isTrue();
        delete(directory);
    }

    @AfterAll
    static void printTotals() throws IOException {
        for (Map.Entry<String, Verdict> total : TOTALS.entrySet()) {
            print("chaos " + total.getKey() + " in all: " + total.getValue());
        }
    }

    static void print(String line) throws IOException {
        System.out.println(line);
        Files.createDirectories(Options.REPORTS);
        Files.writeString(
                Options.REPORTS.resolve("report.txt"),
                line + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    private static void delete(Path directory) throws IOException, InterruptedException {
        if (Files.exists(directory)) {
            SmallDisk.free(directory.resolve(Scenery.DISK));
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }
}
