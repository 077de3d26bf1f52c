package sg.aiverify.worker.pipelines.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.StageTimeoutException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.pipelines.k8s.internal.client.WorkerLabels;
import sg.aiverify.worker.pipelines.k8s.internal.job.JobDirectory;
import sg.aiverify.worker.pipelines.k8s.internal.job.JobManifest;
import sg.aiverify.worker.pipelines.k8s.mock.LocalKubelet;
import sg.aiverify.worker.pipelines.k8s.mock.MockCluster;
import sg.aiverify.worker.pipelines.k8s.mock.PodStatuses;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.stage.AlgorithmOutput;
import sg.aiverify.worker.stage.Execution;
import sg.aiverify.worker.stage.ImageEnvironment;
import sg.aiverify.worker.stage.TestInputs;
import sg.aiverify.worker.testkit.python.EngineInterpreter;
import sg.aiverify.worker.testkit.stage.ObservedRun;
import sg.aiverify.worker.testkit.stage.TestWorkerContext;

@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KubectlRun2Test {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String MESSAGE = "self.progress(50)\nself.results = {'message': 'hello'}";

    @TempDir
    Path directory;

    private final MockCluster cluster = new MockCluster();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<ObservedRun> runs = new ArrayList<>();
    private TestWorkerContext context;
    private ObservedRun run;
    private LocalKubelet kubelet;

    @BeforeEach
    void open() {
        context = TestWorkerContext.open(directory.resolve("volume/data"), Settings.defaults());
        run = newRun();
        kubelet = new LocalKubelet(cluster, directory.resolve("volume"), directory.resolve("root"));
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        runs.forEach(ObservedRun::close);
        context.close();
        cluster.close();
    }

    @Test
    void aJobGivesItsResultAndIsRemovedWithItsDirectoryWhenTheRunEnds() throws Exception {
        try (KubectlRun2 pipe = pipe(Map.of())) {
            Future<AlgorithmOutput> going = start(pipe, MESSAGE, run);
            kubelet.runAndTell(kubelet.awaitJob());

            AlgorithmOutput output = going.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);

            assertThat(Files.readString(output.output())).isEqualTo("{\"message\":\"hello\"}");
            assertThat(run.progress()).containsExactly(50);
            deletePods();
            run.close();
            assertThat(kubelet.jobs()).isEmpty();
            assertThat(jobDirectories()).isEmpty();
        }
    }

    @Test
    void aFailureOfTheAlgorithmIsToldWithItsLastWordsWhateverTheJobSays() throws Exception {
        try (KubectlRun2 pipe = pipe(Map.of())) {
            String body = "import faulthandler\nprint('last words')\nfaulthandler.dump_traceback()\n"
                    + "raise ValueError('no such thing')";
            Future<AlgorithmOutput> going = start(pipe, body, run);
            Job job = kubelet.awaitJob();
            kubelet.runAndTell(job);
            deletePods();

            assertThatThrownBy(() -> going.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .hasCauseExactlyInstanceOf(TaskFailedException.class)
                    .hasMessageContaining("ValueError: no such thing")
                    .hasMessageContaining("last words")
                    .hasMessageContaining("most recent call first")
                    .hasMessageNotContaining("runner.py");
            assertThat(kubelet.jobs()).isEmpty();
            assertThat(jobDirectories()).isEmpty();
        }
    }

    @Test
    void memoryIsBlamedForAKillOnlyWhereItWasCountedAndACrashIsShownWithoutTheRunner() throws Exception {
        String crash = """
                Current thread 0x00007f12 (most recent call first):
                  File "/aiverify/run/work/algorithm/tiny/algo.py", line 40 in generate
                  File "%s/mount/inputs/runner/runner.py", line 150 in compute
                """.formatted(directory.resolve("root"));
        String shown = "\nCurrent thread 0x00007f12 (most recent call first):\n"
                + "  File \"tiny/algo.py\", line 40 in generate";
        String killed =
                "Failed to run algorithm: its process was killed by SIGKILL, sent by the algorithm or by another"
                        + " process";
        String outOfMemory = "Failed to run algorithm: it ran out of memory (OOMKilled): it needs more than its limit";
        assertThat(killed(0, "Error", crash)).hasMessage(killed + "; its memory did not run out" + shown);
        assertThat(killed(-1, "Error", crash))
                .hasMessage(killed + ", or by the system because the machine's memory ran out; the cause is not known"
                        + shown);
        assertThat(killed(2, "Error", crash)).hasMessage(outOfMemory + " of 256Mi" + shown);
        assertThat(killed(-1, "OOMKilled", crash)).hasMessage(outOfMemory + " of 256Mi" + shown);
    }

    /** Returns the failure of a run whose pod reports that it was killed. */
    private Throwable killed(int killsForMemory, String reason, String errors) throws Exception {
        try (KubectlRun2 pipe = pipe(Map.of("TEWORKER_TASK_MEMORY_MB", "256"))) {
            Future<AlgorithmOutput> going = start(pipe, MESSAGE, newRun());
            Job job = kubelet.awaitJob();
            Path out = jobDirectories().get(0).resolve("out");
            Files.writeString(out.resolve("errors"), errors);
            Files.writeString(
                    out.resolve("ended"),
                    "{\"code\": 137, \"signal\": \"SIGKILL\", \"oom_kills\": " + killsForMemory + "}");
            cluster.tell(kubelet.makePod(job), PodStatuses.ended(137, reason).build());
            await().atMost(PATIENCE).until(() -> kubelet.jobs().isEmpty());
            deletePods();
            Throwable failure = catchThrowable(() -> going.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
            return failure.getCause();
        }
    }

    @Test
    void ofANoisyRunTheVolumeKeepsTheEndOnly() throws Exception {
        try (KubectlRun2 pipe = pipe(Map.of())) {
            String noise = "for n in range(3000):\n    print(n, 'x' * 1000)\nraise ValueError('enough')";
            Future<AlgorithmOutput> going = start(pipe, noise, run);
            Job job = kubelet.awaitJob();
            Pod pod = kubelet.makePod(job);
            int code = kubelet.run(job);
            try (Stream<Path> files = Files.list(jobDirectories().get(0).resolve("out"))) {
                assertThat(files.filter(file -> file.getFileName().toString().startsWith("errors")))
                        .hasSize(2)
                        .allSatisfy(file -> assertThat(file.toFile().length()).isLessThan(200_000));
            }
            cluster.tell(pod, LocalKubelet.ended(code));
            await().atMost(PATIENCE).until(() -> kubelet.jobs().isEmpty());
            deletePods();

            assertThatThrownBy(() -> going.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .hasCauseExactlyInstanceOf(TaskFailedException.class)
                    .hasMessageContaining("ValueError: enough")
                    .hasMessageContaining("2999 xxx");
        }
    }

    @Test
    void inputsAreLinkedSoThatTheyStayWhenTheCacheEvictsThem() throws Exception {
        try (KubectlRun2 pipe = pipe(Map.of())) {
            Execution<ImageEnvironment> execution = execution(MESSAGE);
            Future<AlgorithmOutput> going = threads.submit(() -> pipe.execute(execution, run));
            Job job = kubelet.awaitJob();
            Path model = execution.inputs().model();
            try (Stream<Path> all = Files.walk(jobDirectories().get(0).resolve("inputs"))) {
                assertThat(all.filter(file -> file.endsWith(model.getFileName()))
                                .toList())
                        .singleElement()
                        .satisfies(link ->
                                assertThat(Files.isSameFile(link, model)).isTrue());
            }
            Files.delete(model);

            kubelet.runAndTell(job);

            assertThat(going.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).output())
                    .hasContent("{\"message\":\"hello\"}");
        }
    }

    @Test
    void theJobIsThatOfTheRunAndMountsNothingButItsOwn() throws Exception {
        try (KubectlRun2 pipe = pipe(Map.of("TEWORKER_TASK_TIMEOUT_SECONDS", "100"))) {
            Future<AlgorithmOutput> going = start(pipe, MESSAGE, run);
            Job job = kubelet.awaitJob();

            String name = "run-" + run.task().id().replace("-", "");
            assertThat(job.getMetadata().getName()).isEqualTo(name);
            assertThat(job.getSpec().getBackoffLimit()).isZero();
            assertThat(job.getSpec().getTtlSecondsAfterFinished()).isEqualTo(120);
            assertThat(job.getSpec().getActiveDeadlineSeconds()).isEqualTo(130);
            String place = "data/jobs/" + MockCluster.NAMESPACE + "/" + name;
            var pod = job.getSpec().getTemplate().getSpec();
            assertThat(pod.getRestartPolicy()).isEqualTo("Never");
            assertThat(pod.getAutomountServiceAccountToken()).isFalse();
            assertThat(pod.getContainers().get(0).getVolumeMounts())
                    .filteredOn(mount -> mount.getName().equals("data"))
                    .extracting(mount -> mount.getSubPath() + " " + mount.getReadOnly())
                    .containsExactly(place + "/inputs true", place + "/out null");
            assertThat(pod.getContainers().get(0).getSecurityContext().getReadOnlyRootFilesystem())
                    .isTrue();
            assertThat(job.toString()).doesNotContain("model.sav");
            going.cancel(true);
        }
    }

    @Test
    void nothingThatATestSaysIsPartOfItsJob() throws Exception {
        String odd = "'\"\\\n- odd: ${HOME} $(id)";
        JsonObject arguments = new JsonObject();
        arguments.addProperty("odd", odd);
        Execution<ImageEnvironment> made = execution("self.results = {'odd': self.arguments['odd'],"
                + " 'truth': self.arguments['ground_truth'], 'there': self.truth is not None}");
        Path truth = directory.resolve("odd.sav");
        EngineInterpreter.run(
                directory,
                "import pandas; pandas.DataFrame({" + new JsonPrimitive(odd) + ": [1] * 4}).to_pickle("
                        + new JsonPrimitive(truth.toString()) + ")");
        TestInputs inputs = new TestInputs(
                made.inputs().algorithm(),
                made.inputs().model(),
                made.inputs().testDataset(),
                new TestInputs.GroundTruth(truth, odd),
                Map.of());
        try (KubectlRun2 pipe = pipe(Map.of())) {
            Future<AlgorithmOutput> going =
                    threads.submit(() -> pipe.execute(new Execution<>(inputs, made.environment(), arguments), run));
            Job job = kubelet.awaitJob();
            assertThat(job.toString()).doesNotContain("odd");

            kubelet.runAndTell(job);
            deletePods();

            JsonObject output = JsonParser.parseString(Files.readString(
                            going.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).output()))
                    .getAsJsonObject();
            assertThat(output.get("odd").getAsString()).isEqualTo(odd);
            assertThat(output.get("truth").getAsString()).isEqualTo(odd);
            assertThat(output.get("there").getAsBoolean()).isTrue();
        }
    }

    @Test
    void aCancelledRunEndsAndItsJobIsDeleted() throws Exception {
        try (KubectlRun2 pipe = pipe(Map.of())) {
            Future<AlgorithmOutput> going = start(pipe, MESSAGE, run);
            kubelet.awaitJob();

            run.cancellation().cancel(CancelReason.CANCELLED);

            assertThatThrownBy(() -> going.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .hasCauseInstanceOf(RunCancelledException.class);
            assertThat(kubelet.jobs()).isEmpty();
            assertThat(jobDirectories()).isEmpty();
        }
    }

    @Test
    void aWorkerThatStopsLeavesItsJobAndTheNextTakesItOver() throws Exception {
        Execution<ImageEnvironment> execution = execution(MESSAGE);
        Job job;
        try (KubectlRun2 stopping = pipe(Map.of())) {
            Future<AlgorithmOutput> going = threads.submit(() -> stopping.execute(execution, run));
            job = kubelet.awaitJob();
            run.cancellation().cancel(CancelReason.SHUTDOWN);
            assertThatThrownBy(() -> going.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .hasCauseInstanceOf(RunCancelledException.class);
        }
        try (KubectlRun2 next = pipe(Map.of())) {
            ObservedRun again = sameRun();
            Future<AlgorithmOutput> going = threads.submit(() -> next.execute(execution, again));
            await().atMost(PATIENCE)
                    .until(() -> !kubelet.awaitJob()
                            .getMetadata()
                            .getLabels()
                            .equals(job.getMetadata().getLabels()));
            assertThat(kubelet.awaitJob().getMetadata().getUid())
                    .isEqualTo(job.getMetadata().getUid());

            kubelet.runAndTell(job);

            assertThat(going.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).output())
                    .hasContent("{\"message\":\"hello\"}");
        }
    }

    @Test
    void theResultOfAJobThatEndedUnwatchedIsTakenThoughTheJobIsGone() throws Exception {
        Execution<ImageEnvironment> execution = execution(MESSAGE);
        try (KubectlRun2 dead = pipe(Map.of())) {
            Future<AlgorithmOutput> going = threads.submit(() -> dead.execute(execution, run));
            Job job = kubelet.awaitJob();
            run.cancellation().cancel(CancelReason.LEASE_LOST);
            await().atMost(PATIENCE).until(going::isDone);
            kubelet.run(job);
            cluster.client().resource(job).delete();
        }
        try (KubectlRun2 next = pipe(Map.of())) {
            ObservedRun again = sameRun();

            AlgorithmOutput output = next.execute(execution, again);

            assertThat(output.output()).hasContent("{\"message\":\"hello\"}");
            assertThat(kubelet.jobs()).isEmpty();
            again.close();
            assertThat(jobDirectories()).isEmpty();
        }
    }

    @Test
    void aJobThatWasAskedSomethingElseIsReplaced() throws Exception {
        Job job;
        try (KubectlRun2 dead = pipe(Map.of())) {
            start(dead, MESSAGE, run);
            job = kubelet.awaitJob();
            run.cancellation().cancel(CancelReason.LEASE_LOST);
        }
        try (KubectlRun2 next = pipe(Map.of())) {
            Future<AlgorithmOutput> going = start(next, "self.results = {'message': 'other'}", sameRun());
            await().atMost(PATIENCE)
                    .until(() -> kubelet.jobs().stream()
                            .anyMatch(there -> !there.getMetadata()
                                    .getUid()
                                    .equals(job.getMetadata().getUid())));
            kubelet.runAndTell(kubelet.awaitJob());

            assertThat(going.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).output())
                    .hasContent("{\"message\":\"other\"}");
        }
    }

    @Test
    void aJobWhoseDirectoryIsGoneIsReplaced() throws Exception {
        Execution<ImageEnvironment> execution = execution(MESSAGE);
        Job left = new JobBuilder()
                .withNewMetadata()
                .withName(JobManifest.name(run.task().id()))
                .withNamespace(MockCluster.NAMESPACE)
                .addToLabels(WorkerLabels.MANAGED_BY, WorkerLabels.MANAGER)
                .addToAnnotations(JobManifest.MARK, "of an earlier attempt")
                .endMetadata()
                .build();
        String uid = cluster.client().resource(left).create().getMetadata().getUid();
        try (KubectlRun2 pipe = pipe(Map.of())) {
            Future<AlgorithmOutput> going = threads.submit(() -> pipe.execute(execution, run));
            await().atMost(PATIENCE)
                    .until(() -> kubelet.jobs().stream()
                            .anyMatch(there -> !uid.equals(there.getMetadata().getUid())));
            kubelet.runAndTell(kubelet.awaitJob());
            assertThat(going.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).output())
                    .hasContent("{\"message\":\"hello\"}");
        }
    }

    @Test
    void aDeadlineIsToldAsKubernetesTellsIt() throws Exception {
        try (KubectlRun2 pipe = pipe(Map.of())) {
            Future<AlgorithmOutput> going = start(pipe, MESSAGE, run);
            Job job = kubelet.awaitJob();

            kubelet.tell(job, "FailureTarget", "DeadlineExceeded", "not yet");
            kubelet.tell(job, "Failed", "DeadlineExceeded", "Job was active longer than specified deadline");

            assertThatThrownBy(() -> going.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .hasCauseExactlyInstanceOf(StageTimeoutException.class)
                    .hasMessageContaining(
                            "its Job was stopped (DeadlineExceeded): Job was active longer than specified deadline");
        }
    }

    @Test
    void anImageThatCannotBePulledIsTold() throws Exception {
        try (KubectlRun2 pipe = pipe(Map.of())) {
            Future<AlgorithmOutput> going = start(pipe, MESSAGE, run);
            Pod pod = kubelet.makePod(kubelet.awaitJob());

            cluster.tell(
                    pod,
                    PodStatuses.waiting("ImagePullBackOff", "Back-off pulling image")
                            .build());
            await().atMost(PATIENCE).until(() -> kubelet.jobs().isEmpty());
            deletePods();

            assertThatThrownBy(() -> going.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .hasCauseExactlyInstanceOf(InfrastructureException.class)
                    .hasMessageContaining("(ImagePullBackOff): Back-off pulling image");
        }
    }

    @Test
    void aResultIsTakenOnlyWhenThePodCannotChangeItAnyMoreThoughKubernetesDoesNotTellItsEnd() throws Exception {
        try (KubectlRun2 pipe = pipe(Map.of(), Duration.ofMillis(1))) {
            Future<AlgorithmOutput> going = start(pipe, MESSAGE, run);
            Job job = kubelet.awaitJob();
            kubelet.makePod(job);
            kubelet.run(job);
            await().atMost(PATIENCE).until(() -> kubelet.jobs().isEmpty());
            assertThat(going).isNotDone();

            deletePods();

            assertThat(going.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).output())
                    .hasContent("{\"message\":\"hello\"}");
        }
    }

    @Test
    void aJobWithoutAPodTellsSo() throws Exception {
        try (KubectlRun2 pipe = pipe(Map.of("KUBECTL_START_TIMEOUT_SECONDS", "1"))) {
            Future<AlgorithmOutput> going = start(pipe, MESSAGE, run);

            assertThatThrownBy(() -> going.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .hasCauseExactlyInstanceOf(InfrastructureException.class)
                    .hasMessageContaining("its Job had no pod within 1 s");
            assertThat(kubelet.jobs()).isEmpty();
        }
    }

    @Test
    void aPodThatDoesNotFindItsDirectoryTellsWhatToSet() throws Exception {
        try (KubectlRun2 pipe = pipe(Map.of())) {
            Future<AlgorithmOutput> going = start(pipe, MESSAGE, run);
            Job job = kubelet.awaitJob();
            cluster.tell(kubelet.makePod(job), LocalKubelet.ended(2));
            await().atMost(PATIENCE).until(() -> kubelet.jobs().isEmpty());
            deletePods();

            assertThatThrownBy(() -> going.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .hasCauseExactlyInstanceOf(InfrastructureException.class)
                    .hasMessageContaining("its pod ended with exit code 2 (Error)")
                    .hasMessageContaining("KUBECTL_VOLUME_CLAIM");
        }
    }

    private ObservedRun newRun() {
        ObservedRun made = new ObservedRun(directory);
        runs.add(made);
        return made;
    }

    /** Returns the next delivery of the same run. */
    private ObservedRun sameRun() {
        ObservedRun again = new ObservedRun(directory, 2, run.task());
        runs.add(again);
        return again;
    }

    /** Plays the garbage collector of a cluster. */
    private void deletePods() {
        cluster.client().pods().inNamespace(MockCluster.NAMESPACE).delete();
    }

    private List<Path> jobDirectories() throws IOException {
        try (Stream<Path> all =
                Files.list(JobDirectory.root(directory.resolve("volume/data"), MockCluster.NAMESPACE))) {
            return all.toList();
        }
    }

    private KubectlRun2 pipe(Map<String, String> more) {
        return pipe(more, PATIENCE);
    }

    private KubectlRun2 pipe(Map<String, String> more, Duration statusLag) {
        Map<String, String> settings = new HashMap<>(LocalKubelet.settings(directory));
        settings.putAll(more);
        settings.putIfAbsent("KUBECTL_START_TIMEOUT_SECONDS", "60");
        settings.put("KUBECTL_VOLUME_SUB_PATH", "data");
        settings.put(
                "KUBECTL_VOLUME_MOUNT_PATH", directory.resolve("root/mount").toString());
        KubectlRun2Provider provider = new KubectlRun2Provider(arguments -> cluster.newClient(), statusLag);
        return (KubectlRun2) provider.create(context.with(Settings.of(settings)));
    }

    private Future<AlgorithmOutput> start(KubectlRun2 pipe, String body, ObservedRun started)
            throws InterruptedException {
        Execution<ImageEnvironment> execution = execution(body);
        return threads.submit(() -> pipe.execute(execution, started));
    }

    private Execution<ImageEnvironment> execution(String body) throws InterruptedException {
        String python = EngineInterpreter.get().executable().toString();
        return TinyExecution.of(directory, body, new ImageEnvironment("tiny:1", "tiny:1", python));
    }
}
