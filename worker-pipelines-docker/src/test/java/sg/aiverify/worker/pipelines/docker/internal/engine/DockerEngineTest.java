package sg.aiverify.worker.pipelines.docker.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.StageException;

class DockerEngineTest {
    private final DockerEngine engine = DockerEngine.open(Settings.of(Map.of("DOCKER_HOST", "tcp://127.0.0.1:1")));
    private int sent;

    @AfterEach
    void close() {
        engine.close();
    }

    /** Fails the given number of times, as the client does, and then returns a response. */
    private String answer(int failures, String reason) {
        if (sent++ < failures) {
            throw new RuntimeException(new IOException(reason));
        }
        return "answer";
    }

    @Test
    void whatTheEngineHasNotReceivedIsSentAgain() {
        assertThat(engine.call("answer", () -> answer(3, "Broken pipe"))).isEqualTo("answer");
        assertThat(sent).isEqualTo(4);
        assertThat(engine.find("answer", () -> answer(7, "Broken pipe"))).contains("answer");
        assertThat(sent).isEqualTo(8);
    }

    @Test
    void whatTheEngineMayHaveReceivedIsNotSentAgain() {
        assertThatThrownBy(() -> engine.call("answer", () -> answer(1, "Connection reset")))
                .isInstanceOf(StageException.class)
                .hasRootCauseMessage("Connection reset");
        assertThat(sent).isEqualTo(1);
    }

    @Test
    void aStreamIsNotSentAgain() {
        assertThatThrownBy(() -> engine.callOnce("answer", () -> answer(1, "Broken pipe")))
                .isInstanceOf(StageException.class)
                .hasRootCauseMessage("Broken pipe");
        assertThat(sent).isEqualTo(1);
    }

    @Test
    void sendingEndsWhereEveryConnectionIsClosed() {
        assertThatThrownBy(() -> engine.call("answer", () -> answer(Integer.MAX_VALUE, "Broken pipe")))
                .isInstanceOf(StageException.class)
                .hasRootCauseMessage("Broken pipe");
        assertThat(sent).isEqualTo(21);
    }
}
