package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.ScriptedPipeline;
import sg.aiverify.worker.Worker;
import sg.aiverify.worker.stage.Stage;

/** Problems of an algorithm's files are reported before its environment is built. */
@Timeout(60)
class SchemasBeforeTheBuildTest {
    @TempDir
    Path directory;

    private final AtomicInteger builds = new AtomicInteger();
    private final ScriptedPipeline scripted =
            new ScriptedPipeline().at(Stage.PIPELINE_BUILD, run -> builds.incrementAndGet());

    private String error(Worker worker, String file, byte[] content) throws IOException, InterruptedException {
        Path path = directory.resolve("algorithm/test_algorithm").resolve(file);
        byte[] before = Files.readAllBytes(path);
        Files.write(path, content);
        scripted.errors.clear();
        worker.run(scripted.task("{}"));
        Files.write(path, before);
        assertThat(scripted.errors).hasSize(1);
        return scripted.errors.get(0).failure().message();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void brokenSchemasAreReportedBeforeTheEnvironmentIsBuilt() throws IOException, InterruptedException {
        try (Worker worker =
                scripted.worker(directory.resolve("data"), Map.of()).build()) {
            worker.run(scripted.task("{}"));
            assertThat(builds.getAndSet(0)).isEqualTo(1);

            for (String kind : new String[] {"input", "output"}) {
                String file = kind + ".schema.json";
                String start = "Algorithm test.plugin/test_algorithm has invalid " + kind + " schema: ";
                assertThat(error(worker, file, utf8("{\"type\": \"object\",}")))
                        .startsWith(start)
                        .endsWith(", in " + file);
                assertThat(error(worker, file, utf8("{\"type\": 5}"))).startsWith(start);
                assertThat(error(worker, file, "{}".getBytes(StandardCharsets.UTF_16)))
                        .isEqualTo(start + "it is in UTF-16; allowed: UTF-8, in " + file);
            }
            assertThat(error(worker, "algo.meta.json", "{}".getBytes(StandardCharsets.UTF_16)))
                    .contains("algo.meta.json is not valid JSON: it is in UTF-16; allowed: UTF-8");
        }
        assertThat(builds).hasValue(0);
    }

    @Test
    void aByteOrderMarkIsAccepted() throws IOException, InterruptedException {
        try (Worker worker =
                scripted.worker(directory.resolve("data"), Map.of()).build()) {
            worker.run(scripted.task("{}"));
            for (String file : new String[] {"input.schema.json", "output.schema.json", "algo.meta.json"}) {
                Path path = directory.resolve("algorithm/test_algorithm").resolve(file);
                Files.writeString(path, "\uFEFF" + Files.readString(path));
            }
            worker.run(scripted.task("{}"));
        }
        assertThat(scripted.errors).isEmpty();
        assertThat(builds).hasValue(2);
    }
}
