package sg.aiverify.worker.pipelines.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.gateway.RunStatus;
import sg.aiverify.worker.pipelines.k8s.ClusterRuns.Going;
import sg.aiverify.worker.testkit.gateway.StrictGateway;
import sg.aiverify.worker.testkit.machine.Needs;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyInputs;
import sg.aiverify.worker.testkit.stage.ObservedRun;

/** Pods that upload their results to a gateway on this machine, at the address in the property cluster.host. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KubeUploadClusterIT {
    private static final String BODY = """
            (OUTPUT / 'plot.png').write_text('image')
            self.results = {'plot': 'plot.png', 'real': 0.1}
            """;

    @TempDir
    Path directory;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private RealCluster cluster;
    private ClusterRuns runs;
    private OrderedRun ordered;
    private StrictGateway gateway;
    private ServerSocket door;
    private String runId;

    @BeforeEach
    void open() throws IOException {
        String host = System.getProperty("cluster.host", "");
        Needs.that(!host.isEmpty(), "cluster.host", "it names no address of this machine that pods reach");
        cluster = new RealCluster();
        runs = new ClusterRuns(cluster, directory);
        ordered = OrderedRun.start(
                TinyAlgorithm.write(directory, "tiny"),
                TinyInputs.write(directory.resolve("registered")),
                UnaryOperator.identity());
        gateway = ordered.gateway();
        runId = ordered.task().id();
        door = new ServerSocket(0, 50, InetAddress.getByName(host));
        threads.submit(this::letIn);
    }

    @AfterEach
    void close() throws Exception {
        if (cluster != null) {
            runs.close();
            assertThat(cluster.jobs()).isEmpty();
            door.close();
            ordered.close();
            cluster.close();
        }
        threads.shutdownNow();
    }

    @Test
    void thePodStoresItsResult() throws Exception {
        assertThat(start("http://" + door.getInetAddress().getHostAddress() + ":" + door.getLocalPort())
                        .result())
                .contains("plot.png");

        assertThat(gateway.run(runId).orElseThrow().status()).isEqualTo(RunStatus.SUCCESS);
        assertThat(gateway.results())
                .singleElement()
                .satisfies(stored -> assertThat(stored.artifacts()).containsOnlyKeys("plot.png"));
        assertThat(gateway.breaches()).isEmpty();
    }

    @Test
    void aGatewayThatThePodCannotReachIsTold() {
        String url = "http://" + door.getInetAddress().getHostAddress() + ":1";

        Going going = start(url);

        assertThatThrownBy(going::output)
                .hasCauseExactlyInstanceOf(InfrastructureException.class)
                .hasMessageContaining("Upload failed: the gateway " + url + " cannot be reached from the pod");
        assertThat(gateway.run(runId).orElseThrow().status()).isEqualTo(RunStatus.PENDING);
    }

    private Going start(String url) {
        KubectlRun2 pipe = runs.openJobs(
                "",
                Map.of(
                        "PIPELINE_EXECUTE", "kubectl_run2",
                        "PIPELINE_UPLOAD", "kube_upload",
                        "KUBECTL_APIGW_URL", url));
        ObservedRun run = new ObservedRun(directory, 1, ordered.task());
        return runs.start(pipe, BODY, "{}", Map.of(), run, cluster.image());
    }

    /** Forwards connections of pods, since the gateway itself listens only on this machine. */
    private void letIn() {
        while (!door.isClosed()) {
            try {
                Socket outside = door.accept();
                Socket inside =
                        new Socket(gateway.url().getHost(), gateway.url().getPort());
                threads.submit(() -> pass(outside, inside));
                threads.submit(() -> pass(inside, outside));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private static void pass(Socket from, Socket to) {
        try (from;
                InputStream source = from.getInputStream();
                OutputStream target = to.getOutputStream()) {
            source.transferTo(target);
        } catch (IOException e) {
            assertThat(e).isNotNull(); // the other side has closed
        }
    }
}
