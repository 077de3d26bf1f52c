package sg.aiverify.worker.pipelines.k8s;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.provider.Arguments;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.pipelines.k8s.internal.cleanup.JobCleanup;
import sg.aiverify.worker.pipelines.k8s.internal.job.JobStore;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.stage.AlgorithmOutput;
import sg.aiverify.worker.stage.Execution;
import sg.aiverify.worker.stage.ImageEnvironment;
import sg.aiverify.worker.testkit.stage.ObservedRun;
import sg.aiverify.worker.testkit.stage.TestWorkerContext;

class KubectlRun2PermissionsClusterIT extends ClusterPermissionsContract {
    private final ExecutorService threads = Executors.newCachedThreadPool();

    static Stream<Arguments> permissions() {
        return Stream.of(
                Arguments.of("jobs", "create"),
                Arguments.of("jobs", "get"),
                Arguments.of("jobs", "list"),
                Arguments.of("jobs", "watch"),
                Arguments.of("jobs", "patch"),
                Arguments.of("jobs", "delete"),
                Arguments.of("pods", "list"),
                Arguments.of("pods", "watch"),
                Arguments.of("events", "list"));
    }

    @AfterEach
    void stopThreads() {
        threads.shutdownNow();
    }

    /** Creates a Job, leaves it, adopts it, deletes it, and cleans up. */
    @Override
    void useAll() throws Exception {
        Path data = directory.resolve("data");
        Map<String, String> settings = new TreeMap<>(cluster.settings(Path.of("unused"), "", Map.of()));
        settings.putAll(ClusterVolume.settings(data));
        try (TestWorkerContext context = TestWorkerContext.open(data, Settings.of(settings));
                ObservedRun run = new ObservedRun(directory);
                ObservedRun again = new ObservedRun(directory, 2, run.task())) {
            Execution<ImageEnvironment> execution = TinyExecution.of(
                    directory, "self.progress(1)\ntime.sleep(600)", new FixedImage(cluster.image()).environment());
            stopWhenItRuns(context, execution, run, CancelReason.LEASE_LOST);
            stopWhenItRuns(context, execution, again, CancelReason.CANCELLED);
            try (KubernetesClient client = client()) {
                JobStore jobs = new JobStore(client, cluster.namespace());
                cluster.jobs().forEach(jobs::lastWarning);
                new JobCleanup(jobs, data, "java-rbac", Duration.ZERO, Clock.systemUTC()).round(Set.of());
            } catch (KubernetesClientException e) {
                refused.add(e.getMessage());
            }
        }
    }

    private void stopWhenItRuns(
            TestWorkerContext context, Execution<ImageEnvironment> execution, ObservedRun run, CancelReason reason)
            throws Exception {
        KubectlRun2Provider provider = new KubectlRun2Provider(flags -> client(), KubectlRun2Provider.STATUS_LAG);
        try (KubectlRun2 pipe = (KubectlRun2) provider.create(context)) {
            Future<AlgorithmOutput> going = threads.submit(() -> pipe.execute(execution, run));
            await().atMost(RealCluster.PATIENCE)
                    .until(() -> going.isDone()
                            || !refused.isEmpty()
                            || !run.progress().isEmpty());
            cluster.jobs().forEach(new JobStore(client(), cluster.namespace())::lastWarning);
            run.cancellation().cancel(reason);
            await().atMost(RealCluster.PATIENCE).until(going::isDone);
        }
    }
}
