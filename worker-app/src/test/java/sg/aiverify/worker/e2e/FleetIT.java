package sg.aiverify.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.testkit.gateway.RunOrder;
import sg.aiverify.worker.testkit.gateway.StoredResult;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;

/** Two workers on one queue, with more runs than slots. */
@Tag("slow")
class FleetIT {
    /** The value of {@code -Dfleet.runs}; the default fits the time of a build. */
    private static final int RUNS = Integer.getInteger("fleet.runs", 40);

    private static final int AT_LEAST_EACH = RUNS / 5;

    /** Stores the times and the worker of the run: each worker process has a separate directory for its runs. */
    private static final String WHEN_AND_WHERE = """
            self.results['from'] = time.monotonic_ns()
            time.sleep(0.1)
            self.results['process'] = str(Path.cwd()).rpartition('/worker-')[2].split('/')[0]
            self.results['to'] = time.monotonic_ns()
            """;

    @TempDir
    private Path directory;

    @Test
    void twoWorkersShareManyRunsAndNoneIsLostOrDoubled() throws Exception {
        try (Surroundings scene = new Surroundings(directory)) {
            Map<String, String> settings = Map.of("TEWORKER_CONCURRENCY", "4");
            scene.worker("one", settings);
            scene.worker("two", settings);
            RunOrder order = scene.order(scene.gateway.addAlgorithm(
                    TinyAlgorithm.write(directory.resolve("algorithms"), "notes_when_and_where")
                            .doing(WHEN_AND_WHERE)
                            .folder()));

            List<String> runs = IntStream.range(0, RUNS)
                    .mapToObj(i -> scene.gateway.startRun(order))
                    .toList();

            runs.forEach(scene::assertSucceededOnce);
            scene.assertClean();
            List<StoredResult> results = scene.gateway.results();
            assertThat(results.stream().map(StoredResult::runId))
                    .containsExactlyInAnyOrderElementsOf(runs)
                    .doesNotHaveDuplicates();
            List<JsonObject> outputs = results.stream()
                    .map(result -> result.output().getAsJsonObject())
                    .toList();
            assertThat(outputs.stream()
                            .collect(Collectors.groupingBy(output -> output.get("process")))
                            .values())
                    .hasSize(2)
                    .allSatisfy(ofOneWorker -> {
                        assertThat(ofOneWorker).hasSizeGreaterThanOrEqualTo(AT_LEAST_EACH);
                        assertThat(mostAtOnce(ofOneWorker)).isBetween(2, 4);
                    });
        }
    }

    private static int mostAtOnce(List<JsonObject> outputs) {
        Map<Long, Integer> changes = new TreeMap<>();
        for (JsonObject output : outputs) {
            changes.merge(output.get("from").getAsLong(), 1, Integer::sum);
            changes.merge(output.get("to").getAsLong(), -1, Integer::sum);
        }
        List<Integer> counts = new ArrayList<>(List.of(0));
        changes.values().forEach(change -> counts.add(counts.get(counts.size() - 1) + change));
        return counts.stream().max(Comparator.naturalOrder()).orElseThrow();
    }
}
