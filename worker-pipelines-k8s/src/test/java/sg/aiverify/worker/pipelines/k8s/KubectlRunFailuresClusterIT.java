package sg.aiverify.worker.pipelines.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.readiness.Readiness;
import java.nio.file.Files;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.pipelines.k8s.ClusterRuns.Going;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.stage.ExecuteModule;
import sg.aiverify.worker.stage.ImageEnvironment;

class KubectlRunFailuresClusterIT extends ClusterFailuresContract {
    @Override
    ExecuteModule<ImageEnvironment> open(String flags, Map<String, String> settings) {
        return runs.open(flags, settings);
    }

    @Test
    void aSecretThatIsMissing() {
        ExecuteModule<ImageEnvironment> pipe = open(
                "--overrides={\"spec\":{\"containers\":[{\"name\":\"algo\",\"env\":[{\"name\":\"KEY\","
                        + "\"valueFrom\":{\"secretKeyRef\":{\"name\":\"absent\",\"key\":\"k\"}}}]}]}}",
                Map.of());

        assertFails(runs.start(pipe, "pass"))
                .hasCauseExactlyInstanceOf(InfrastructureException.class)
                .hasMessageContaining(
                        "its pod cannot start its container (CreateContainerConfigError): secret \"absent\" not found");
    }

    @Test
    void aPodThatTheClusterRefuses() {
        ExecuteModule<ImageEnvironment> pipe = open("--overrides={\"spec\":{\"hostNetwork\":true}}", Map.of());

        assertFails(runs.start(pipe, "pass"))
                .hasCauseExactlyInstanceOf(InfrastructureException.class)
                .hasMessageContaining("violates PodSecurity \"restricted:latest\": host namespaces");
    }

    @Test
    void flagsReachThePod() throws Exception {
        ExecuteModule<ImageEnvironment> pipe = open(
                "--labels=team=blue,tier=gold --annotations=note=\"two words\" --env=MODE='quick one' --env=OTHER=2"
                        + " --limits=cpu=500m,memory=700Mi --requests=cpu=100m"
                        + " --overrides={\"spec\":{\"terminationGracePeriodSeconds\":3}} --restart=Never --quiet",
                Map.of());
        Going going = runs.start(
                pipe,
                "self.progress(1)\n"
                        + ClusterRuns.WAITS.replace("'went on'", "os.environ['MODE'] + os.environ['OTHER']"));
        going.run().awaitProgress(RealCluster.PATIENCE);
        var pod = cluster.awaitPodOf(going.id());

        assertThat(pod.getMetadata().getLabels()).containsEntry("team", "blue").containsEntry("tier", "gold");
        assertThat(pod.getMetadata().getAnnotations()).containsEntry("note", "two words");
        assertThat(pod.getSpec().getTerminationGracePeriodSeconds()).isEqualTo(3);
        var resources = pod.getSpec().getContainers().get(0).getResources();
        assertThat(resources.getLimits()).hasToString("{cpu=500m, memory=700Mi}");
        assertThat(resources.getRequests()).hasToString("{cpu=100m, memory=64Mi}");
        runs.letGo(going);
        assertThat(going.result()).contains("quick one2");
    }

    @Test
    void aCancelEndsARunInEachPhase() throws Exception {
        ExecuteModule<ImageEnvironment> stuck = open("--requests=memory=100000Gi", Map.of());
        Going pending = runs.start(stuck, "pass");
        cluster.awaitPodOf(pending.id());
        assertCancels(pending);

        ExecuteModule<ImageEnvironment> pipe = open();
        Going copying = runs.start(pipe, "pass", "{\"d\": \"_dataset_:big\"}", Map.of("big", runs.bigFile(400)));
        await().atMost(RealCluster.PATIENCE).until(() -> isReady(copying));
        assertCancels(copying);

        assertCancels(runs.startWaiting(pipe));

        Going fetching = runs.start(pipe, """
                OUTPUT.mkdir(exist_ok=True)
                with open(OUTPUT / 'huge.png', 'wb') as file:
                    for _ in range(400):
                        file.write(os.urandom(1 << 20))
                self.results['artifact'] = 'huge.png'
                """);
        await().atMost(RealCluster.PATIENCE)
                .until(() -> Files.exists(fetching.run().workDirectory().resolve("pod/result.tar")));
        assertCancels(fetching);
    }

    private static boolean isReady(Going going) {
        return cluster.podsOf(going.id()).stream().anyMatch(Readiness::isPodReady);
    }

    private static void assertCancels(Going going) {
        assertThat(going.future()).isNotDone();
        going.run().cancellation().cancel(CancelReason.CANCELLED);
        assertThatThrownBy(() -> going.future().get(15, TimeUnit.SECONDS))
                .hasCauseInstanceOf(RunCancelledException.class);
        assertThat(cluster.podsOf(going.id())).isEmpty();
    }
}
