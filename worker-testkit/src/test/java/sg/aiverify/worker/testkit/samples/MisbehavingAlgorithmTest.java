package sg.aiverify.worker.testkit.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sg.aiverify.worker.task.ModelType;
import sg.aiverify.worker.testkit.gateway.StrictGateway;
import sg.aiverify.worker.testkit.gateway.TaskSink;

class MisbehavingAlgorithmTest {
    @TempDir
    Path directory;

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

    @Test
    void aLeftDaemonOutlivesItsAlgorithmUnderTheMarkersName() throws IOException, InterruptedException {
        String marker = "left-" + ProcessHandle.current().pid();
        TinyInputs tiny = TinyInputs.write(directory.resolve("inputs"));
        SampleCase inputs =
                new SampleCase("tiny", ModelType.CLASSIFICATION, tiny.model(), tiny.dataset(), tiny.dataset(), "truth");
        Path folder = MisbehavingAlgorithm.LEAVES_DAEMON.write(directory);

        EngineRun run = EngineRun.of(folder, inputs, true, "{\"marker\": \"%s\"}".formatted(marker));

        assertThat(run.exit()).as(run.text()).isZero();
        assertThat(run.output().get("message").getAsString()).isEqualTo("leaves_daemon");
        List<ProcessHandle> left = MisbehavingAlgorithm.processes(marker);
        assertThat(left).hasSize(1);
        left.forEach(ProcessHandle::destroyForcibly);
    }
}
