package sg.aiverify.worker.pipelines.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.gateway.RunStatus;
import sg.aiverify.worker.gateway.internal.HttpGateway;
import sg.aiverify.worker.pipelines.k8s.mock.LocalKubelet;
import sg.aiverify.worker.pipelines.k8s.mock.MockCluster;
import sg.aiverify.worker.result.internal.ResultWriter;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.stage.AlgorithmOutput;
import sg.aiverify.worker.stage.Execution;
import sg.aiverify.worker.stage.ImageEnvironment;
import sg.aiverify.worker.stage.ResultArchive;
import sg.aiverify.worker.stage.TestInputs;
import sg.aiverify.worker.testkit.gateway.StrictGateway;
import sg.aiverify.worker.testkit.python.EngineInterpreter;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyInputs;
import sg.aiverify.worker.testkit.stage.ObservedRun;
import sg.aiverify.worker.testkit.stage.TestWorkerContext;

@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KubeUploadTest {
    @TempDir
    Path directory;

    private final MockCluster cluster = new MockCluster();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private OrderedRun ordered;
    private StrictGateway gateway;
    private HttpGateway client;
    private TestWorkerContext context;
    private TinyInputs files;
    private TinyAlgorithm algorithm;
    private String runId;
    private ObservedRun run;

    @BeforeEach
    void open() {
        context = TestWorkerContext.open(directory.resolve("data"), Settings.defaults());
        files = TinyInputs.write(directory.resolve("inputs"));
        algorithm = TinyAlgorithm.write(directory, "tiny").doing("""
                (OUTPUT / 'plot.png').write_text('image')
                self.results = {'plot': 'plot.png', 'big': 12345678901234567890, 'real': 0.1, 'text': 'é漢😀'}
                """);
        ordered = OrderedRun.start(algorithm, files, order -> order.withArgument("quoted", "\"é\n"));
        gateway = ordered.gateway();
        client = HttpGateway.of(Settings.of(Map.of("APIGW_URL", gateway.url().toString())), Waiting.AS_PLANNED);
        runId = ordered.task().id();
        run = new ObservedRun(directory, 1, ordered.task());
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        run.close();
        client.close();
        context.close();
        cluster.close();
        ordered.close();
    }

    @Test
    void thePodStoresWhatTheWorkerWouldHaveStored() throws Exception {
        AlgorithmOutput output = execute();

        assertThat(gateway.run(runId).orElseThrow().status()).isEqualTo(RunStatus.SUCCESS);
        var stored = gateway.results().get(0);
        ResultArchive own = new ResultWriter(ZoneOffset.UTC)
                .write(
                        run.task(),
                        algorithm.read(),
                        run.task().algorithmArgs(),
                        output,
                        run.workDirectory(),
                        run.cancellation());
        assertThat(withoutTimes(stored.document())).isEqualTo(withoutTimes(document(own)));
        assertThat(stored.artifacts()).containsOnlyKeys("plot.png");
        assertThat(gateway.breaches()).isEmpty();
        assertThat(new KubeUpload(client).upload(own, run)).isTrue();
        assertThat(gateway.results()).hasSize(1);
    }

    @Test
    void aRunThatIsNoLongerPendingIsNotUploaded() throws Exception {
        gateway.cancelRun(runId);

        AlgorithmOutput output = execute();

        assertThat(gateway.results()).isEmpty();
        assertThat(gateway.run(runId).orElseThrow().status()).isEqualTo(RunStatus.CANCELLED);
        ResultArchive own = new ResultArchive(runId, output.output(), List.of());
        assertThat(new KubeUpload(client).upload(own, run)).isFalse();
    }

    @Test
    void itNeedsKubectlRun2() {
        assertThatThrownBy(() -> new KubeUploadProvider()
                        .create(context.with(Settings.of(Map.of("PIPELINE_EXECUTE", "kubectl_run")))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("PIPELINE_UPLOAD=kube_upload needs PIPELINE_EXECUTE=kubectl_run2, whose Jobs upload the"
                        + " results, but this setting is kubectl_run");
    }

    private AlgorithmOutput execute() throws Exception {
        Map<String, String> values = new HashMap<>(LocalKubelet.settings(directory));
        values.put("PIPELINE_UPLOAD", "kube_upload");
        values.put("PIPELINE_EXECUTE", "kubectl_run2");
        values.put("KUBECTL_APIGW_URL", gateway.url() + "/");
        values.put("KUBECTL_VOLUME_MOUNT_PATH", directory.resolve("root/mount").toString());
        Settings settings = Settings.of(values);
        LocalKubelet kubelet = new LocalKubelet(cluster, directory.resolve("data"), directory.resolve("root"));
        TestInputs inputs = new TestInputs(
                algorithm.read(),
                files.model(),
                files.dataset(),
                new TestInputs.GroundTruth(files.dataset(), "truth"),
                Map.of());
        ImageEnvironment image = new ImageEnvironment(
                "tiny:1", "tiny:1", EngineInterpreter.get().executable().toString());
        Execution<ImageEnvironment> execution =
                new Execution<>(inputs, image, run.task().algorithmArgs());
        KubectlRun2Provider provider =
                new KubectlRun2Provider(arguments -> cluster.newClient(), KubectlRun2Provider.STATUS_LAG);
        try (KubectlRun2 pipe = (KubectlRun2) provider.create(context.with(settings))) {
            Future<AlgorithmOutput> going = threads.submit(() -> pipe.execute(execution, run));
            var job = kubelet.awaitJob();
            assertThat(job.getSpec().getTemplate().getMetadata().getLabels())
                    .containsEntry("worker.aiverify.sg/uploads", "true");
            kubelet.runAndTell(job);
            return going.get(1, TimeUnit.MINUTES);
        }
    }

    private static JsonObject document(ResultArchive archive) throws Exception {
        try (ZipFile zip = new ZipFile(archive.file().toFile());
                InputStream stream = zip.getInputStream(zip.getEntry("results.json"))) {
            return JsonParser.parseReader(new InputStreamReader(stream, StandardCharsets.UTF_8))
                    .getAsJsonObject();
        }
    }

    private static JsonObject withoutTimes(JsonObject document) {
        JsonObject copy = document.deepCopy();
        assertThat(copy.remove("startTime").getAsString())
                .matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{6}");
        assertThat(copy.remove("timeTaken").getAsDouble()).isNotNegative();
        return copy;
    }
}
