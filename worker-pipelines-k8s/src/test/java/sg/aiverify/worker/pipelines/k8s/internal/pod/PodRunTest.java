package sg.aiverify.worker.pipelines.k8s.internal.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.server.mock.ErrorStreamMessage;
import io.fabric8.kubernetes.client.server.mock.OutputStreamMessage;
import io.fabric8.kubernetes.client.server.mock.StatusStreamMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.pipelines.k8s.mock.MockPod;
import sg.aiverify.worker.pipelines.k8s.mock.PodStatuses;
import sg.aiverify.worker.python.RunnerEvents;
import sg.aiverify.worker.python.SupervisedProcess;
import sg.aiverify.worker.run.CancellationSource;
import sg.aiverify.worker.stage.AlgorithmOutput;

@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PodRunTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String KILLED = "{\"event\": \"exited\", \"signal\": \"SIGKILL\"}\n";
    private static final String SEND =
            MockPod.command("python3", "-I", "-S", "-B", "%2Faiverify%2Frun%2Fown%2Fin_pod.py", "send", "%2Faiverify");

    private final MockPod pod = new MockPod();

    @TempDir
    Path directory;

    private final PodWatch watch = new PodWatch(MockPod.POD);
    private final List<Integer> progress = new ArrayList<>();
    private final RunnerEvents events = new RunnerEvents(Clock.systemUTC(), progress::add, note -> {});
    private final PodRun run = new PodRun(pod.resource(), watch, () -> {}, "python3", new CancellationSource());

    @AfterEach
    void close() {
        pod.close();
    }

    @Test
    void aConnectionThatBreaksIsTakenUpWhereItBroke() throws Exception {
        String first = "{\"event\": \"progress\", \"percent\": 10}\n{\"event\": \"prog";
        String second = "ress\", \"percent\": 20}\n";
        pod.expect()
                .withPath(follow(0))
                .andUpgradeToWebSocket()
                .open(new OutputStreamMessage(first), new ErrorStreamMessage("early words"))
                .done()
                .once();
        pod.expect().withPath(follow(first.length())).andReturn(502, "{}").once();
        pod.expect()
                .withPath(follow(first.length()))
                .andUpgradeToWebSocket()
                .open(new OutputStreamMessage(second), new StatusStreamMessage(75))
                .done()
                .once();
        pod.expect()
                .withPath(follow(first.length() + second.length()))
                .andUpgradeToWebSocket()
                .open(
                        new OutputStreamMessage("{\"event\": \"exited\", \"code\": 7}\n"),
                        new ErrorStreamMessage("last words"),
                        new StatusStreamMessage(0))
                .done()
                .once();

        assertThat(run.followAlgorithm(events)).isEqualTo(new SupervisedProcess.Ending(7, null));
        assertThat(progress).containsExactly(10, 20);
        assertThat(run.errors()).isEqualTo("last words");
    }

    @Test
    void aKillForMemoryNamesTheLimit() {
        answer(9, KILLED, "");

        assertThatThrownBy(() -> run.followAlgorithm(events))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("needs more than its limit of 256Mi");
    }

    @Test
    void aChildThatWasKilledForMemoryIsToldWithWhatTheAlgorithmSaidOfIt() {
        answer(
                9,
                "{\"event\": \"error\", \"text\": \"BrokenProcessPool: a child is gone\"}\n"
                        + "{\"event\": \"exited\", \"code\": 1}\n",
                "its last line\n");

        assertThatThrownBy(() -> run.followAlgorithm(events))
                .isInstanceOf(TaskFailedException.class)
                .hasMessage("Failed to run algorithm: it ran out of memory (OOMKilled): it needs more than its limit of"
                        + " 256Mi\nBrokenProcessPool: a child is gone\nits last line");
    }

    @Test
    void aKillIsNoMatterOfMemoryWhereNoneWasCountedAndACrashIsShownWithoutTheRunner() {
        answer(0, KILLED, """
                Fatal Python error: Segmentation fault

                Current thread 0x00007f12 (most recent call first):
                  File "/aiverify/run/work/algorithm/tiny/algo.py", line 40 in generate
                  File "/aiverify/run/scripts/runner.py", line 150 in compute

                Extension modules: numpy.core._multiarray_umath (total: 1)
                """);

        assertThatThrownBy(() -> output(run.followAlgorithm(events)))
                .isExactlyInstanceOf(InfrastructureException.class)
                .hasMessage("Failed to run algorithm: its process was killed by SIGKILL, sent by the algorithm or by"
                        + " another process; its memory did not run out\nFatal Python error: Segmentation fault\n\n"
                        + "Current thread 0x00007f12 (most recent call first):\n"
                        + "  File \"tiny/algo.py\", line 40 in generate");
    }

    @Test
    void whereNobodyCountsKillsForMemoryItIsAGuessAndSaysSo() {
        answer(10, KILLED, "");

        assertThatThrownBy(() -> output(run.followAlgorithm(events)))
                .isExactlyInstanceOf(InfrastructureException.class)
                .hasMessageEndingWith("or by the system because the machine's memory ran out; the cause is not known");
    }

    private void answer(int status, String output, String errors) {
        pod.expect()
                .withPath(follow(0))
                .andUpgradeToWebSocket()
                .open(new OutputStreamMessage(output), new ErrorStreamMessage(errors), new StatusStreamMessage(status))
                .done()
                .once();
    }

    private AlgorithmOutput output(SupervisedProcess.Ending ending) {
        return events.output(directory, ending, run.errors(), 1);
    }

    @Test
    void whyAPodEndedIsWaitedForWhenItsContainerHasEnded() {
        pod.expect().withPath(follow(0)).andReturn(500, "{}").always();
        Pod ended = new PodBuilder(MockPod.POD)
                .editStatus()
                .withContainerStatuses(PodStatuses.ended(143, "Error").buildContainerStatuses())
                .endStatus()
                .build();
        Pod evicted = new PodBuilder(ended)
                .editStatus()
                .withPhase("Failed")
                .withReason("Evicted")
                .withMessage("Usage of EmptyDir volume \"aiverify\" exceeds the limit \"64Mi\".")
                .endStatus()
                .build();
        watch.seen(ended);

        Thread follower = Thread.currentThread();
        CompletableFuture<Void> reported = CompletableFuture.runAsync(() -> {
            await().atMost(PATIENCE).until(() -> isWaitingIn(follower, PodWatch.class));
            watch.seen(evicted);
        });
        assertThatThrownBy(() -> run.followAlgorithm(events))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("(Evicted): Usage of EmptyDir volume");
        assertThat(reported).succeedsWithin(PATIENCE);
    }

    @Test
    void aPodThatIsGoneEndsTheRun() {
        pod.expect().withPath(follow(0)).andReturn(404, "{}").once();
        watch.seenGone(MockPod.POD);

        assertThatThrownBy(() -> run.followAlgorithm(events))
                .isExactlyInstanceOf(InfrastructureException.class)
                .hasMessageContaining("was deleted by another user or program");
    }

    @Test
    void aResultThatIsTooLargeEndsTheRunForGoodAndNamesTheLimit() {
        pod.expect()
                .withPath(SEND)
                .andUpgradeToWebSocket()
                .open(new OutputStreamMessage("x".repeat(1024 * 1024 + 1)), new StatusStreamMessage(0))
                .done()
                .always(); // the connection may end before its data are written

        assertThatThrownBy(() -> run.copyOut(List.of(), directory, 1024 * 1024))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("larger than 1 MiB; the limit is KUBECTL_SCRATCH_MB");
    }

    @Test
    void aFullDiskOfTheWorkerIsNoFaultOfTheRun() throws Exception {
        Files.createSymbolicLink(directory.resolve("result.tar"), Path.of("/dev/full"));
        pod.expect()
                .withPath(SEND)
                .andUpgradeToWebSocket()
                .open(new OutputStreamMessage("something"), new StatusStreamMessage(0))
                .done()
                .always(); // as above

        assertThatThrownBy(() -> run.copyOut(List.of(), directory, 1024 * 1024))
                .isExactlyInstanceOf(InfrastructureException.class)
                .hasMessageContaining("worker's disk")
                .hasMessageContaining("No space left on device");
    }

    @Test
    void rightsThatAreMissingAreToldAtOnce() {
        pod.expect().withPath(follow(0)).andReturn(403, "{}").once();

        assertThatThrownBy(() -> run.followAlgorithm(events))
                .isExactlyInstanceOf(InfrastructureException.class)
                .hasMessageContaining("needs the verbs get and create on pods/exec");
    }

    private static boolean isWaitingIn(Thread thread, Class<?> place) {
        return thread.getState() == Thread.State.TIMED_WAITING
                && Arrays.stream(thread.getStackTrace())
                        .anyMatch(frame -> frame.getClassName().equals(place.getName()));
    }

    private static String follow(int offset) {
        return MockPod.command(
                "python3",
                "-I",
                "-S",
                "-B",
                "%2Faiverify%2Frun%2Fown%2Fin_pod.py",
                "follow",
                "%2Faiverify",
                Integer.toString(offset));
    }
}
