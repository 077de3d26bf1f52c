package sg.aiverify.worker.pipelines.k8s.internal.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.server.mock.ErrorStreamMessage;
import io.fabric8.kubernetes.client.server.mock.OutputStreamMessage;
import io.fabric8.kubernetes.client.server.mock.StatusStreamMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sg.aiverify.worker.pipelines.k8s.internal.client.ApiFailure;
import sg.aiverify.worker.pipelines.k8s.mock.MockPod;

@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PodExecTest {
    private static final String PATH = MockPod.command("work", "hard");

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final MockPod pod = new MockPod();
    private final CompletableFuture<Void> stop = new CompletableFuture<>();
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private final PodExec exec = new PodExec(pod.resource(), stop);

    @AfterEach
    void close() {
        pod.close();
    }

    @Test
    void outputErrorsAndExitCodeArrive() throws Exception {
        pod.expect()
                .withPath(PATH)
                .andUpgradeToWebSocket()
                .open(new OutputStreamMessage("said"), new ErrorStreamMessage("warned"), new StatusStreamMessage(7))
                .done()
                .once();

        assertThat(exec.run(LIMIT, PodExec.Input.NONE, output, errors, List.of("work", "hard")))
                .isEqualTo(7);
        assertThat(output).hasToString("said");
        assertThat(errors).hasToString("warned");
    }

    @Test
    void aRefusalKeepsItsStatus() {
        pod.expect().withPath(PATH).andReturn(403, "{}").once();

        assertThatThrownBy(() -> exec.run(LIMIT, PodExec.Input.NONE, output, errors, List.of("work", "hard")))
                .isInstanceOf(PodExec.BrokenException.class)
                .satisfies(broken -> assertThat(ApiFailure.codeOf(broken)).isEqualTo(403));
    }

    @Test
    void aConnectionThatEndsWithoutAnExitCodeIsBroken() {
        pod.expect()
                .withPath(PATH)
                .andUpgradeToWebSocket()
                .open(new OutputStreamMessage("said"))
                .done()
                .once();

        assertThatThrownBy(() -> exec.run(LIMIT, PodExec.Input.NONE, output, errors, List.of("work", "hard")))
                .isInstanceOf(PodExec.BrokenException.class)
                .hasMessageContaining("without an exit code");
    }

    @Test
    void anOutputThatCannotBeWrittenEndsTheCommandAtOnceAndWithItsReason() {
        pod.expect()
                .withPath(PATH)
                .andUpgradeToWebSocket()
                .open(new OutputStreamMessage("said"), new OutputStreamMessage("more"), new StatusStreamMessage(0))
                .done()
                .once();
        OutputStream full = new OutputStream() {
            private boolean isFull = true;

            @Override
            public void write(int next) throws IOException {
                write(new byte[] {(byte) next}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int count) throws IOException {
                if (isFull) {
                    isFull = false; // there is space again, but the received data are lost
                    throw new IOException("No space left on device");
                }
                output.write(bytes, offset, count);
            }
        };

        assertThatThrownBy(() -> exec.run(LIMIT, PodExec.Input.NONE, full, errors, List.of("work", "hard")))
                .isInstanceOf(UncheckedIOException.class)
                .hasRootCauseMessage("No space left on device");
        assertThat(output).hasToString("");
    }

    @Test
    void aCommandThatIsStoppedIsNotWaitedFor() {
        pod.expect().withPath(PATH).andUpgradeToWebSocket().open().done().once();
        stop.complete(null);

        assertThatThrownBy(() -> exec.run(LIMIT, PodExec.Input.NONE, output, errors, List.of("work", "hard")))
                .isInstanceOf(PodExec.BrokenException.class);
    }
}
