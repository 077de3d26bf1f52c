package sg.aiverify.worker.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.pipeline.AlgorithmOutput;

/** Shells in the place of the supervisor, and what they start in the place of the algorithm. */
@Timeout(60)
class StallWatchTest {
    @TempDir
    Path directory;

    private final StallWatch watch = new StallWatch(Duration.ofSeconds(1));

    private AlgorithmOutput run(String script) throws InterruptedException {
        Process supervisor;
        try {
            supervisor = new ProcessBuilder("sh", "-c", script)
                    .directory(directory.toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            if (supervisor.waitFor() != 0) {
                throw new InfrastructureException("killed by SIGKILL\nits last line");
            }
        } finally {
            supervisor.destroyForcibly();
        }
        return new AlgorithmOutput(directory, directory, List.of(), Instant.EPOCH, Duration.ZERO);
    }

    @Test
    void anAlgorithmThatWaitsForWhatNeverComesIsKilledAndSaysWhy() {
        assertThatThrownBy(() -> watch.over(directory, () -> run("sleep 600 || exit 1")))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContainingAll(
                        "showed no sign of life for 1 seconds", "TEWORKER_STALL_TIMEOUT_SECONDS", "its last line");
    }

    @Test
    void anAlgorithmThatIsStoppedIsKilled() {
        assertThatThrownBy(() -> watch.over(
                        directory, () -> run("sh -c 'kill -STOP $$; while :; do :; done' & wait $! || exit 1")))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("no sign of life");
    }

    @Test
    void anAlgorithmThatComputesOrWakesUpNowAndThenIsLeftAlone() throws Exception {
        assertThat(watch.over(directory, () -> run("timeout 3 sh -c 'while :; do :; done'; true")))
                .isNotNull();
        assertThat(watch.over(directory, () -> run("sh -c 'for i in 1 2 3 4 5 6; do sleep 0.5; done'; true")))
                .isNotNull();
    }

    @Test
    void anotherRunsSilenceIsNotThisOnes() throws Exception {
        Path other = directory.resolveSibling("other");
        assertThat(new StallWatch(Duration.ofMillis(500)).over(other, () -> run("sleep 2; true")))
                .isNotNull();
    }

    @Test
    void aFailureOfItsOwnIsToldAsItIs() {
        assertThatThrownBy(() -> watch.over(directory, () -> run("exit 1")))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageNotContaining("sign of life");
    }
}
