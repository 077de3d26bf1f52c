package sg.aiverify.worker.pipelines.docker;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.stage.ObservedRun;
import sg.aiverify.worker.testkit.stage.TestWorkerContext;

class EngineUnavailableTest {
    @TempDir
    Path directory;

    @Test
    void anEngineThatIsAwayIsWaitedFor() {
        Settings settings = Settings.of(Map.of("DOCKER_HOST", "unix:///nowhere/docker.sock"));
        try (TestWorkerContext context = TestWorkerContext.open(directory.resolve("data"), settings);
                DockerBuild build = (DockerBuild) new DockerBuildProvider().create(context);
                ObservedRun run = new ObservedRun(directory)) {
            assertThatThrownBy(() -> build.build(
                            TinyAlgorithm.write(directory, "tiny").doing("pass").read(), run))
                    .isInstanceOf(ServiceUnavailableException.class)
                    .hasMessageStartingWith("The Docker engine at unix:///nowhere/docker.sock is not reachable");
        }
    }
}
