package sg.aiverify.worker.pipelines.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.Arguments;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.pipelines.k8s.internal.cleanup.PodCleanup;
import sg.aiverify.worker.pipelines.k8s.internal.cleanup.WorkerLease;
import sg.aiverify.worker.pipelines.k8s.internal.client.ClusterConnection;
import sg.aiverify.worker.pipelines.k8s.internal.client.RequiredPermissions;
import sg.aiverify.worker.testkit.stage.ObservedRun;
import sg.aiverify.worker.testkit.stage.TestWorkerContext;

class KubectlRunPermissionsClusterIT extends ClusterPermissionsContract {
    static Stream<Arguments> permissions() {
        return Stream.of(
                Arguments.of("pods", "create"),
                Arguments.of("pods", "get"),
                Arguments.of("pods", "list"),
                Arguments.of("pods", "watch"),
                Arguments.of("pods", "delete"),
                Arguments.of("pods/exec", "get"),
                Arguments.of("pods/exec", "create"),
                Arguments.of("leases", "create"),
                Arguments.of("leases", "get"),
                Arguments.of("leases", "list"),
                Arguments.of("leases", "update"),
                Arguments.of("leases", "delete"));
    }

    @Test
    void whoExaminesAWorkerHearsWhichPermissionsAreMissing() {
        try (KubernetesClient client =
                new KubernetesClientBuilder().withConfig(cluster.workerConfig()).build()) {
            assertThat(RequiredPermissions.OF_PODS.missing(client, cluster.namespace()))
                    .isEmpty();
            assertThat(RequiredPermissions.OF_JOBS.missing(client, cluster.namespace()))
                    .isEmpty();

            revoke("pods/exec", "create");

            assertThat(RequiredPermissions.OF_PODS.missing(client, cluster.namespace()))
                    .containsExactly("Kubernetes does not allow the worker to create pods/exec in the namespace "
                            + cluster.namespace() + "; apply rbac.yaml, which contains the needed permissions");
        }
    }

    @Override
    void useAll() throws Exception {
        KubectlRunProvider provider = new KubectlRunProvider(flags -> client());
        try (TestWorkerContext context = TestWorkerContext.open(
                        directory.resolve("data"), Settings.of(cluster.settings(Path.of("unused"), "", Map.of())));
                ObservedRun run = new ObservedRun(directory);
                KubectlRun pipe = (KubectlRun) provider.create(context)) {
            pipe.execute(
                    TinyExecution.of(directory, "self.progress(1)", new FixedImage(cluster.image()).environment()),
                    run);
        } catch (StageException e) {
            refused.add(e.getMessage());
        }
        cleanUpTwice();
    }

    private void cleanUpTwice() {
        try (KubernetesClient client =
                new KubernetesClientBuilder().withConfig(cluster.workerConfig()).build()) {
            ClusterConnection connection = new ClusterConnection(client, cluster.namespace(), "java-rbac");
            WorkerLease lease = new WorkerLease(connection, Clock.systemUTC());
            try (PodCleanup cleanup = new PodCleanup(connection, lease, living -> {})) {
                cleanup.round();
                cleanup.round();
            }
        } catch (KubernetesClientException e) {
            refused.add(e.getMessage());
        }
    }
}
