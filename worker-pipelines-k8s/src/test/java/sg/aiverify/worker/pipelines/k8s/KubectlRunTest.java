package sg.aiverify.worker.pipelines.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.pipelines.k8s.internal.client.WorkerLabels;
import sg.aiverify.worker.pipelines.k8s.mock.MockCluster;
import sg.aiverify.worker.pipelines.k8s.mock.PodStatuses;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.stage.AlgorithmOutput;
import sg.aiverify.worker.stage.Execution;
import sg.aiverify.worker.stage.ImageEnvironment;
import sg.aiverify.worker.testkit.stage.ObservedRun;
import sg.aiverify.worker.testkit.stage.TestWorkerContext;

@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KubectlRunTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private final MockCluster cluster = new MockCluster();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private TestWorkerContext context;
    private ObservedRun run;

    @BeforeEach
    void open() {
        context = TestWorkerContext.open(directory.resolve("data"), Settings.defaults());
        run = new ObservedRun(directory);
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        run.close();
        context.close();
        cluster.close();
    }

    @Test
    void anImageThatCannotBePulledIsToldAndThePodIsDeleted() throws Exception {
        try (KubectlRun pipe = pipe(Map.of())) {
            Future<AlgorithmOutput> going = start(pipe, "{}");
            Pod pod = awaitPod();
            assertThat(cluster.leases())
                    .containsExactly(pod.getMetadata().getLabels().get(WorkerLabels.WORKER));

            cluster.tell(
                    pod,
                    PodStatuses.waiting("ImagePullBackOff", "Back-off pulling image \"localhost:5000/tiny:1\"")
                            .build());

            assertThatThrownBy(() -> going.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .hasCauseExactlyInstanceOf(InfrastructureException.class)
                    .hasMessageContaining("(ImagePullBackOff): Back-off pulling image \"localhost:5000/tiny:1\"");
            assertThat(cluster.pods()).isEmpty();
        }
        assertThat(cluster.leases()).isEmpty();
    }

    @Test
    void aCancelledRunEndsAndItsPodIsDeleted() throws Exception {
        try (KubectlRun pipe = pipe(Map.of())) {
            Future<AlgorithmOutput> going = start(pipe, "{}");
            awaitPod();

            run.cancellation().cancel(CancelReason.CANCELLED);

            assertThatThrownBy(() -> going.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .hasCauseInstanceOf(RunCancelledException.class);
            assertThat(cluster.pods()).isEmpty();
        }
    }

    @Test
    void anInterruptedRunEndsAndItsPodIsDeleted() throws Exception {
        try (KubectlRun pipe = pipe(Map.of())) {
            Future<AlgorithmOutput> going = start(pipe, "{}");
            awaitPod();

            going.cancel(true);

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(cluster.pods()).isEmpty());
        }
    }

    @Test
    void anInterruptionBeforeTheLeaseExistsIsNoFailureOfTheApiServer() {
        try (KubectlRun pipe = pipe(Map.of())) {
            Thread.currentThread().interrupt();

            assertThatThrownBy(() -> pipe.execute(execution("{}"), run)).isInstanceOf(InterruptedException.class);
        } finally {
            Thread.interrupted();
        }
        assertThat(cluster.pods()).isEmpty();
    }

    @Test
    void anInterruptionWhileThePodIsCreatedIsNoFailureOfTheApiServer() throws Exception {
        try (KubectlRun pipe = pipe(Map.of())) {
            Future<AlgorithmOutput> first = start(pipe, "{}"); // creates Lease and watch
            cluster.client().resource(awaitPod()).delete();
            assertThatThrownBy(() -> first.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .hasCauseExactlyInstanceOf(InfrastructureException.class);
            Execution<ImageEnvironment> second = execution("{}");
            Thread.currentThread().interrupt();

            assertThatThrownBy(() -> pipe.execute(second, run))
                    .isInstanceOf(InterruptedException.class)
                    .hasMessage("the creation of a pod was interrupted");
        } finally {
            Thread.interrupted();
        }
    }

    @Test
    void aPodThatSomebodyElseDeletesIsTriedAgain() throws Exception {
        try (KubectlRun pipe = pipe(Map.of())) {
            Future<AlgorithmOutput> going = start(pipe, "{}");
            Pod pod = awaitPod();

            cluster.client().resource(pod).delete();

            assertThatThrownBy(() -> going.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .hasCauseExactlyInstanceOf(InfrastructureException.class)
                    .hasMessageContaining("was deleted by another user or program");
        }
    }

    @Test
    void aPodThatIsNotReadyInTimeTellsWhatItWaitsFor() throws Exception {
        try (KubectlRun pipe = pipe(Map.of("KUBECTL_START_TIMEOUT_SECONDS", "2"))) {
            Future<AlgorithmOutput> going = start(pipe, "{}");
            cluster.tell(
                    awaitPod(),
                    PodStatuses.waiting("ContainerCreating", "waiting for a volume")
                            .build());

            assertThatThrownBy(() -> going.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .hasCauseExactlyInstanceOf(InfrastructureException.class)
                    .hasMessageContaining("was not ready within 2 s (ContainerCreating): waiting for a volume");
            assertThat(cluster.pods()).isEmpty();
        }
    }

    @Test
    void aRunThatIsStoppedAlreadyMakesNoPod() {
        run.cancellation().cancel(CancelReason.CANCELLED);
        try (KubectlRun pipe = pipe(Map.of())) {
            assertThatThrownBy(() -> pipe.execute(execution("{}"), run)).isInstanceOf(RunCancelledException.class);
        }
        assertThat(cluster.pods()).isEmpty();
    }

    @Test
    void aDatasetThatWasNotDownloadedMakesNoPod() {
        try (KubectlRun pipe = pipe(Map.of())) {
            assertThatThrownBy(() -> pipe.execute(execution("{\"labels\": \"_dataset_:missing.csv\"}"), run))
                    .isInstanceOf(TaskFailedException.class)
                    .hasMessageContaining("missing.csv");
        }
        assertThat(cluster.pods()).isEmpty();
    }

    @Test
    void anUnavailableApiServerCostsNoAttempt() throws IOException {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        KubectlRunProvider provider = new KubectlRunProvider(arguments -> new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(Config.empty())
                        .withMasterUrl("http://127.0.0.1:" + port)
                        .withRequestRetryBackoffLimit(0)
                        .build())
                .build());
        try (KubectlRun pipe = (KubectlRun) provider.create(context)) {
            assertThatThrownBy(() -> pipe.execute(execution("{}"), run))
                    .isInstanceOf(ServiceUnavailableException.class)
                    .hasMessageStartingWith("Kubernetes' API server is unavailable");
        }
    }

    private KubectlRun pipe(Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(more);
        settings.putIfAbsent("KUBECTL_START_TIMEOUT_SECONDS", "60");
        KubectlRunProvider provider = new KubectlRunProvider(arguments -> cluster.newClient());
        return (KubectlRun) provider.create(context.with(Settings.of(settings)));
    }

    private Future<AlgorithmOutput> start(KubectlRun pipe, String arguments) {
        Execution<ImageEnvironment> execution = execution(arguments);
        return threads.submit(() -> pipe.execute(execution, run));
    }

    private Pod awaitPod() {
        await().atMost(PATIENCE).until(() -> cluster.pods().size() == 1);
        return cluster.pods().get(0);
    }

    private Execution<ImageEnvironment> execution(String arguments) {
        return TinyExecution.of(
                directory, "pass", new ImageEnvironment("tiny:1", "tiny:1", "python3"), arguments, Map.of());
    }
}
