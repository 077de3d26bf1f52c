package sg.aiverify.worker;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.queue.memory.InMemoryTaskQueue;

class WorkerConfigurationTest {
    @TempDir
    Path directory;

    @Test
    void everythingThatIsWrongIsListedAtOnceAndOnlyOnce() throws IOException {
        assertThatThrownBy(builder()::build)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll(
                        "VALKEY_PORT='0'", "APIGW_URL='none'", "VALKEY_USERNAME=u needs a password", "data directory")
                .extracting(Throwable::getMessage)
                .asString()
                .containsOnlyOnce("PIPELINE_UPLOAD=x: the upload stage has no module with this name");
    }

    @Test
    void aWorkerWithAQueueOfItsOwnDoesNotLookAtThatOfTheSettings() throws IOException {
        assertThatThrownBy(builder().queue(new InMemoryTaskQueue(Duration.ofSeconds(3)))::build)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("APIGW_URL='none'")
                .hasMessageNotContaining("VALKEY_USERNAME");
    }

    private Worker.Builder builder() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        return Worker.builder()
                .settings(Settings.of(Map.of(
                        "TEWORKER_DATA_DIR", file.resolve("data").toString(),
                        "VALKEY_PORT", "0",
                        "VALKEY_USERNAME", "u",
                        "APIGW_URL", "none",
                        "PIPELINE_UPLOAD", "x")));
    }
}
