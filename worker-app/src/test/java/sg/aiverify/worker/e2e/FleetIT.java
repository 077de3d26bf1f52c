package sg.aiverify.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.e2e.module.InstantExecuteProvider;
import sg.aiverify.worker.testkit.gateway.RunOrder;
import sg.aiverify.worker.testkit.gateway.StoredResult;
import sg.aiverify.worker.testkit.samples.MisbehavingAlgorithm;

/** Two workers on one queue, their execution a module from a jar, so that many runs fit into a short time. */
class FleetIT {
    private static final int RUNS = 200;
    private static final int AT_LEAST_EACH = 20;

    @TempDir
    private Path directory;

    @Test
    void twoWorkersShareManyRunsAndNoneIsLostOrDoubled() throws Exception {
        try (Surroundings scene = new Surroundings(directory)) {
            Map<String, String> settings = Map.of(
                    "TEWORKER_CONCURRENCY", "4",
                    "TEWORKER_PLUGIN_DIR", pluginDirectory().toString(),
                    "PIPELINE_EXECUTE", "instant_execute");
            scene.worker("one", settings);
            scene.worker("two", settings);
            RunOrder order = scene.order(scene.algorithm(MisbehavingAlgorithm.ECHOES));

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

    private Path pluginDirectory() throws IOException {
        Path plugins = Files.createDirectories(directory.resolve("plugins"));
        String folder = InstantExecuteProvider.class.getPackageName().replace('.', '/') + "/";
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(plugins.resolve("instant.jar")))) {
            jar.putNextEntry(new JarEntry("META-INF/services/sg.aiverify.worker.pipeline.PipeProvider"));
            jar.write(InstantExecuteProvider.class.getName().getBytes(StandardCharsets.UTF_8));
            for (String name : List.of("InstantExecuteProvider", "InstantExecute")) {
                String file = folder + name + ".class";
                jar.putNextEntry(new JarEntry(file));
                try (InputStream code = getClass().getClassLoader().getResourceAsStream(file)) {
                    Objects.requireNonNull(code, file).transferTo(jar);
                }
            }
        }
        return plugins;
    }
}
