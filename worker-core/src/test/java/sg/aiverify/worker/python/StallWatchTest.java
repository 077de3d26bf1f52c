package sg.aiverify.worker.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.logging.log4j.CloseableThreadContext;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.CapturedLog;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.CancellationSource;
import sg.aiverify.worker.stage.AlgorithmOutput;

/** Shells replace the supervisor, and their child processes replace the algorithm. */
@Timeout(60)
class StallWatchTest {
    @TempDir
    Path directory;

    private static final Duration LIMIT = Duration.ofSeconds(1);
    /** Enough pauses for twice the limit, which is ten pauses. */
    private static final int MANY_LOOKS = 25;

    private final AtomicLong now = new AtomicLong();
    private final AtomicInteger looks = new AtomicInteger();
    private final CancellationSource cancellation = new CancellationSource();
    private final StallWatch watch = watch(() -> {});

    /** A watch whose clock advances by the planned pause between two checks; the test acts in between. */
    private StallWatch watch(Runnable betweenLooks) {
        return new StallWatch(
                LIMIT,
                (reason, planned) -> {
                    now.addAndGet(planned.toNanos());
                    looks.incrementAndGet();
                    betweenLooks.run();
                    return Duration.ofMillis(5);
                },
                now::get);
    }

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
                throw new InfrastructureException(
                        "Failed to run algorithm: its process was killed by SIGKILL, by itself\nits last line");
            }
        } finally {
            supervisor.destroyForcibly();
        }
        return new AlgorithmOutput(directory, directory, List.of(), Instant.EPOCH, Duration.ZERO);
    }

    @Test
    void anAlgorithmThatWaitsForWhatNeverComesIsKilledAndSaysWhy() {
        assertThatThrownBy(() -> watch.over(directory, cancellation, () -> run("sleep 600 || exit 1")))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContainingAll(
                        "used no processor for 1 seconds", "TEWORKER_STALL_TIMEOUT_SECONDS", "its last line")
                .hasMessageNotContaining("SIGKILL");
    }

    @Test
    void anAlgorithmThatIsStoppedIsKilled() {
        assertThatThrownBy(() -> watch.over(
                        directory,
                        cancellation,
                        () -> run("sh -c 'kill -STOP $$; while :; do :; done' & wait $! || exit 1")))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("used no processor");
    }

    @Test
    void anAlgorithmThatComputesOrWakesUpNowAndThenIsLeftAlone() throws Exception {
        for (String work : List.of("i=$((i+1)); [ $((i%1000)) != 0 ] || echo $i > beat", "sleep 0.01; echo > beat")) {
            looks.set(0);
            Files.deleteIfExists(directory.resolve("stop"));
            StallWatch lively = watch(this::awaitBeatThenStop);

            assertThat(lively.over(
                            directory,
                            cancellation,
                            () -> run("sh -c 'while [ ! -e stop ]; do " + work + "; done'; true")))
                    .isNotNull();
            assertThat(looks.get()).isGreaterThanOrEqualTo(MANY_LOOKS);
        }
    }

    /** Waits until the algorithm has used the processor since the last check; after many checks, ends it. */
    private void awaitBeatThenStop() {
        Path beat = directory.resolve("beat");
        try {
            if (looks.get() >= MANY_LOOKS) {
                Files.writeString(directory.resolve("stop"), "");
                new CountDownLatch(1).await(); // until the end of the run interrupts it
            } else {
                await().pollInterval(Duration.ofMillis(2)).until(() -> Files.exists(beat));
                Files.deleteIfExists(beat);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void anotherRunsSilenceIsNotThisOnes() throws Exception {
        Path other = directory.resolveSibling("other");
        Path pipe = directory.resolve("pipe");
        StallWatch others = watch(() -> {
            if (looks.get() == MANY_LOOKS) {
                await().until(() -> Files.exists(pipe));
                wake(pipe);
            }
        });

        assertThat(others.over(other, cancellation, () -> run("mkfifo pipe; (read line < pipe); true")))
                .isNotNull();
        assertThat(looks.get()).isGreaterThanOrEqualTo(MANY_LOOKS);
    }

    private static void wake(Path pipe) {
        try {
            Files.writeString(pipe, "go on\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theLineOfItsLogCarriesTheRunsIdAndNoPath() {
        try (CapturedLog log = new CapturedLog(Level.WARN);
                var context = CloseableThreadContext.put("run", "run-1")) {
            assertThatThrownBy(() -> watch.over(directory, cancellation, () -> run("sleep 600 || exit 1")))
                    .isInstanceOf(TaskFailedException.class);
            assertThat(log.lines)
                    .containsExactly(new CapturedLog.Line(
                            Level.WARN, "run-1", "Stopping the run: it used no processor for 1 seconds"));
        }
    }

    @Test
    void aRunThatIsStoppedAlreadyIsLeftToThoseWhoStopIt() {
        cancellation.cancel(CancelReason.TIMED_OUT);
        try (CapturedLog log = new CapturedLog(Level.WARN)) {
            assertThatThrownBy(() -> watch.over(directory, cancellation, this::endsWithTheWatch))
                    .isInstanceOf(RunCancelledException.class);
            assertThat(log.lines).isEmpty();
        }
    }

    private AlgorithmOutput endsWithTheWatch() {
        Process supervisor;
        try {
            supervisor = new ProcessBuilder("sh", "-c", "sleep 600; true")
                    .directory(directory.toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            await().until(() -> Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().equals("stall-watch")));
        } finally {
            supervisor.descendants().forEach(ProcessHandle::destroyForcibly);
            supervisor.destroyForcibly();
        }
        throw new RunCancelledException("the run was stopped");
    }

    @Test
    void anotherFailureOfTheRunIsReportedUnchanged() {
        assertThatThrownBy(() -> watch.over(directory, cancellation, () -> run("exit 1")))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageNotContaining("processor");
    }
}
