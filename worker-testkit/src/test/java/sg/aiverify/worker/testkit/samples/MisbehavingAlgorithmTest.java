package sg.aiverify.worker.testkit.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import sg.aiverify.worker.task.ModelType;
import sg.aiverify.worker.testkit.gateway.StrictGateway;
import sg.aiverify.worker.testkit.gateway.TaskSink;

class MisbehavingAlgorithmTest {
    @TempDir
    Path directory;

    private EngineRun run(MisbehavingAlgorithm algorithm, String arguments) throws IOException, InterruptedException {
        return run(algorithm.write(directory), arguments);
    }

    private EngineRun run(Path folder, String arguments) throws IOException, InterruptedException {
        TinyInputs tiny = TinyInputs.write(directory.resolve("inputs"));
        SampleCase inputs =
                new SampleCase("tiny", ModelType.CLASSIFICATION, tiny.model(), tiny.dataset(), tiny.dataset(), "truth");
        return EngineRun.of(folder, inputs, true, arguments);
    }

    @ParameterizedTest
    @EnumSource
    void theGatewayTakesEveryOne(MisbehavingAlgorithm algorithm) {
        TaskSink nowhere = new TaskSink() {
            @Override
            public String add(String taskJson) {
                return "1-0";
            }

            @Override
            public void delete(String id) {}
        };
        try (StrictGateway gateway = StrictGateway.start(nowhere)) {
            assertThat(gateway.addAlgorithm(algorithm.write(directory)).cid()).isEqualTo(algorithm.cid());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "RAISES, 1",
        "EXITS, 3",
        "EXITS_HARD, 7",
        "EXITS_SILENTLY, 0",
        "SEGFAULTS, 139",
        "KILLED, 137",
    })
    void processesEndAsTheNamesSay(MisbehavingAlgorithm algorithm, int exit) throws IOException, InterruptedException {
        EngineRun run = run(algorithm, "{}");

        assertThat(run.exit()).isEqualTo(exit);
        assertThat(run.text()).doesNotContain("\"output\"");
    }

    @Test
    void anEchoGivesBackItsArguments() throws IOException, InterruptedException {
        JsonObject output =
                run(MisbehavingAlgorithm.ECHOES, "{\"a\": [1, {\"b\": null}]}").output();

        assertThat(output.getAsJsonObject("arguments").get("a").toString()).isEqualTo("[1,{\"b\":null}]");
        assertThat(output.get("message").getAsString()).isEqualTo("echoes");
    }

    @Test
    void aSleeperTellsTenStepsOfProgress() throws IOException, InterruptedException {
        assertThat(run(MisbehavingAlgorithm.SLEEPS, "{\"seconds\": 0.01}").progress())
                .containsExactly(10, 20, 30, 40, 50, 60, 70, 80, 90, 100);
    }

    @Test
    void aFloodHasTheSizeAskedFor() throws IOException, InterruptedException {
        assertThat(run(MisbehavingAlgorithm.FLOODS, "{\"megabytes\": 1}").text().length())
                .isGreaterThanOrEqualTo(2 << 20);
    }

    @Test
    void artifactsLieInTheOutputFolder() throws IOException, InterruptedException {
        assertThat(run(MisbehavingAlgorithm.HUGE_ARTIFACT, "{\"megabytes\": 2}").exit())
                .isZero();
        assertThat(run(MisbehavingAlgorithm.ODD_ARTIFACTS, "{}").exit()).isZero();

        assertThat(Files.size(directory.resolve("huge_artifact/output/huge.png")))
                .isEqualTo(2 << 20);
        assertThat(Files.isSymbolicLink(directory.resolve("odd_artifacts/output/link.png")))
                .isTrue();
    }

    @Test
    void aLeftDaemonOutlivesItsAlgorithmUnderTheMarkersName() throws IOException, InterruptedException {
        String marker = "left-" + directory.getFileName();

        assertThat(run(MisbehavingAlgorithm.LEAVES_DAEMON, "{\"marker\": \"%s\"}".formatted(marker))
                        .exit())
                .isZero();

        List<ProcessHandle> left = ProcessHandle.allProcesses()
                .filter(process -> commandLine(process).startsWith(marker))
                .toList();
        assertThat(left).hasSize(1);
        left.forEach(ProcessHandle::destroyForcibly);
    }

    private static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"));
        } catch (IOException gone) {
            return "";
        }
    }

    @Test
    void aBodyOfOnesOwnRuns() throws IOException, InterruptedException {
        Path folder = MisbehavingAlgorithm.write(
                directory, "mine", "for n in (1, 2):\n    self.results['n'] = n\nself.progress(5)");

        assertThat(run(folder, "{}").output().get("n").getAsInt()).isEqualTo(2);
    }

    @Test
    void anIllegalIdIsRefused() {
        assertThatThrownBy(() -> MisbehavingAlgorithm.write(directory, "Not-Mine", "pass"))
                .hasMessageContaining("Not-Mine");
    }
}
