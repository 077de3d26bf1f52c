package sg.aiverify.worker.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Measures a small run with each sandbox, relative to none. Start it with {@code -Dtest=SandboxBenchmark}. */
class SandboxBenchmark {
    private static final Logger log = LogManager.getLogger(SandboxBenchmark.class);

    @TempDir
    Path directory;

    @Test
    void aSmallRunInEachSandboxInTurn() throws InterruptedException {
        Map<Sandbox, IsolatedRuns> runs = new EnumMap<>(Sandbox.class);
        Map<Sandbox, List<Double>> taken = new EnumMap<>(Sandbox.class);
        for (Sandbox sandbox : Sandbox.values()) {
            runs.put(sandbox, IsolatedRuns.open(directory.resolve(sandbox.name()), sandbox, Map.of()));
        }
        for (int round = -1; round < Integer.getInteger("rounds", 15); round++) {
            for (Sandbox sandbox : Sandbox.values()) {
                long start = System.nanoTime();
                runs.get(sandbox).run("pass");
                if (round >= 0) {
                    taken.computeIfAbsent(sandbox, any -> new ArrayList<>()).add((System.nanoTime() - start) / 1e6);
                }
            }
        }
        double none = median(taken.get(Sandbox.NONE));
        taken.forEach((sandbox, times) -> log.error(
                "{}: median {} ms, minimum {} ms, {} of the time without sandbox",
                sandbox,
                Math.round(median(times)),
                Math.round(Collections.min(times)),
                Math.round(median(times) / none * 100) / 100.0));
        runs.values().forEach(IsolatedRuns::close);
        assertThat(none).isPositive();
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }
}
