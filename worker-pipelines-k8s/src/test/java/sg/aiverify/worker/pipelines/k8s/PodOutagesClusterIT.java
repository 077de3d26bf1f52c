package sg.aiverify.worker.pipelines.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.pipelines.k8s.ClusterRuns.Going;

/** What happens to the cluster while a run goes on costs the run nothing. */
@EnabledIfSystemProperty(
        named = "cluster.disturb",
        matches = ".+",
        disabledReason = "needs cluster.disturb: it names no command that disturbs the cluster")
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PodOutagesClusterIT {
    @TempDir
    Path directory;

    private RealCluster cluster;
    private ClusterRuns runs;

    @BeforeEach
    void open() {
        cluster = new RealCluster();
        runs = new ClusterRuns(cluster, directory);
    }

    @AfterEach
    void close() throws Exception {
        runs.close();
        assertThat(cluster.pods()).isEmpty();
        cluster.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"kill-api-server", "kill-kubelet", "freeze-api-server"})
    void aRunSurvives(String what) throws Exception {
        KubectlRun pipe = runs.open();
        Going going = runs.startWaiting(pipe);
        String pod = cluster.awaitPodOf(going.id()).getMetadata().getUid();

        RealCluster.disturb(what);

        runs.letGo(going);
        assertThat(going.result()).contains("went on");
        assertThat(cluster.podsOf(going.id()))
                .allMatch(left -> left.getMetadata().getUid().equals(pod)); // it was not started again
        assertThat(going.run().progress()).containsExactly(10, 90);
        // And the next one finds all in order.
        assertThat(runs.start(pipe, "pass").result()).contains("tiny");
    }
}
