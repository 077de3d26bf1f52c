package sg.aiverify.worker.gateway.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.algorithm.Algorithm;
import sg.aiverify.worker.algorithm.AlgorithmLayout;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.gateway.Gateway.FileType;
import sg.aiverify.worker.gateway.Gateway.Store;
import sg.aiverify.worker.gateway.RunStatus;
import sg.aiverify.worker.result.internal.ResultWriter;
import sg.aiverify.worker.run.CancellationSource;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.stage.AlgorithmOutput;
import sg.aiverify.worker.task.ModelType;
import sg.aiverify.worker.task.Task;
import sg.aiverify.worker.task.TaskParser;
import sg.aiverify.worker.testkit.gateway.Fault;
import sg.aiverify.worker.testkit.gateway.RegisteredAlgorithm;
import sg.aiverify.worker.testkit.gateway.RunOrder;
import sg.aiverify.worker.testkit.gateway.RunView;
import sg.aiverify.worker.testkit.gateway.StrictGateway;
import sg.aiverify.worker.testkit.gateway.TaskSink;
import sg.aiverify.worker.testkit.samples.SampleAlgorithm;

/** Tests the worker's client and result writer against the gateway's rules, which they must never break. */
class HttpGatewayAgainstStrictGatewayTest {
    private static final String OUTPUT =
            "{\"rows\": 1, \"duplicate_rows\": 0, \"redundant_pairs\": [], \"columns\": [{\"name\": \"a\","
                    + " \"type\": \"int64\", \"missing\": 0, \"distinct\": 1, \"outliers\": null}]}";

    @TempDir
    Path directory;

    private final BlockingQueue<String> queued = new LinkedBlockingQueue<>();
    private final CancellationSource cancellation = new CancellationSource();
    private StrictGateway strict;
    private HttpGateway gateway;
    private RegisteredAlgorithm algorithm;
    private Path folder;

    @BeforeEach
    void start() throws IOException {
        strict = StrictGateway.start(new TaskSink() {
            @Override
            public String add(String taskJson) {
                queued.add(taskJson);
                return "1-0";
            }

            @Override
            public void delete(String id) {}
        });
        RetrySchedule quick =
                new RetrySchedule(Collections.nCopies(200, Duration.ofMillis(20)), new Random(1), Waiting.AS_PLANNED);
        RetrySchedule brief =
                new RetrySchedule(Collections.nCopies(3, Duration.ofMillis(2)), new Random(1), Waiting.AS_PLANNED);
        Duration limit = Duration.ofSeconds(20);
        gateway = new HttpGateway(
                new GatewaySettings(strict.url()), new GatewayTiming(limit, limit, limit, brief, quick, brief));
        folder = SampleAlgorithm.DATA_QUALITY.extract(directory);
        algorithm = strict.addAlgorithm(folder);
        strict.addModel(Files.writeString(directory.resolve("model.sav"), "model"), ModelType.REGRESSION);
        strict.addDataset(Files.writeString(directory.resolve("data.csv"), "a\n1\n"));
    }

    @AfterEach
    void stop() {
        gateway.close();
        strict.close();
    }

    private RunOrder order() {
        return RunOrder.of(algorithm, "model.sav", "data.csv");
    }

    private Task start(RunOrder order) throws InterruptedException {
        strict.startRun(order);
        return TaskParser.parse(queued.take());
    }

    private RunView view(Task task) {
        return strict.run(task.id()).orElseThrow();
    }

    private Path archive(Task task, JsonObject arguments) throws IOException {
        Path work = Files.createDirectories(directory.resolve(UUID.randomUUID().toString()));
        Files.writeString(work.resolve("output.json"), OUTPUT);
        Files.writeString(Files.createDirectory(work.resolve("output")).resolve("a.png"), "image");
        Algorithm laidOut = AlgorithmLayout.read(folder, algorithm.hash());
        AlgorithmOutput output = new AlgorithmOutput(
                work.resolve("output.json"),
                work.resolve("output"),
                List.of("a.png"),
                Instant.now(),
                Duration.ofMillis(1500));
        return new ResultWriter(ZoneId.systemDefault())
                .write(task, laidOut, arguments, output, work, cancellation)
                .file();
    }

    @Test
    void whatTheTaskNamesIsDownloadedWithItsHash() throws InterruptedException {
        Task task = start(order());

        assertThat(gateway.downloadAlgorithm(task.gid(), task.cid(), directory.resolve("algorithm.zip"), cancellation))
                .isEqualTo(task.algorithmHash().orElseThrow());
        assertThat(gateway.download(Store.MODELS, task.model().name(), directory.resolve("model"), cancellation))
                .isEqualTo(task.model().sha256());
        assertThat(gateway.download(Store.DATASETS, task.testDataset().name(), directory.resolve("data"), cancellation))
                .isEqualTo(task.testDataset().sha256());
    }

    @Test
    void filesAndFoldersAreDistinguished() throws IOException {
        Path pipe = Files.createDirectory(directory.resolve("pipe"));
        Files.writeString(pipe.resolve("pipeline.sav"), "pickle");
        strict.addModel(pipe, ModelType.REGRESSION);

        assertThat(gateway.fileType(Store.MODELS, "pipe", cancellation)).hasValue(FileType.FOLDER);
        assertThat(gateway.fileType(Store.MODELS, "model.sav", cancellation)).hasValue(FileType.FILE);
        assertThat(gateway.fileType(Store.DATASETS, "data.csv", cancellation)).hasValue(FileType.FILE);
        assertThat(gateway.fileType(Store.DATASETS, "none", cancellation)).isEmpty();
    }

    @Test
    void somethingTheGatewayDoesNotHaveIsTheTasksFault() {
        assertThatThrownBy(() -> gateway.download(Store.DATASETS, "none", directory.resolve("none"), cancellation))
                .isInstanceOf(TaskFailedException.class);
    }

    @Test
    void aResultWithoutGroundTruthIsStoredWithItsArtifactAndWithoutBreach() throws Exception {
        Task task = start(order().withArgument("outlier_factor", 2));
        JsonObject filled = task.algorithmArgs();
        filled.addProperty("correlation_threshold", 0.95);

        assertThat(gateway.progress(task.id(), 50)).isTrue();
        assertThat(gateway.upload(task.id(), archive(task, filled), () -> true, cancellation))
                .isTrue();

        assertThat(view(task).status()).isEqualTo(RunStatus.SUCCESS);
        assertThat(strict.results().get(0).artifacts()).containsOnlyKeys("a.png");
        assertThat(gateway.progress(task.id(), 60)).isFalse();
        assertThat(strict.breaches()).isEmpty();
    }

    @Test
    void aResultWithGroundTruthIsStoredWithoutBreach() throws Exception {
        Task task = start(order().withGroundTruth("data.csv", "a"));

        assertThat(gateway.upload(task.id(), archive(task, task.algorithmArgs()), () -> true, cancellation))
                .isTrue();

        assertThat(view(task).status()).isEqualTo(RunStatus.SUCCESS);
        assertThat(strict.breaches()).isEmpty();
    }

    @Test
    void anUploadWhoseAnswerIsLostIsStoredOnce() throws Exception {
        Task task = start(order());
        strict.inject(Fault.loseResponse().on("POST", "/test_results/.*"));

        assertThat(gateway.upload(task.id(), archive(task, task.algorithmArgs()), () -> true, cancellation))
                .isTrue();

        assertThat(strict.results()).hasSize(1);
        assertThat(strict.breaches()).isEmpty();
    }

    @Test
    void anUploadThatWasNotHandledIsSentAgain() throws Exception {
        Task task = start(order());
        strict.inject(Fault.closeAfterBody().on("POST", "/test_results/.*"));
        strict.inject(Fault.respond(503).on("POST", "/test_results/.*"));

        assertThat(gateway.upload(task.id(), archive(task, task.algorithmArgs()), () -> true, cancellation))
                .isTrue();

        assertThat(strict.results()).hasSize(1);
        assertThat(strict.breaches()).isEmpty();
    }

    @Test
    void nothingIsUploadedForACancelledRun() throws Exception {
        Task task = start(order());
        strict.cancelRun(task.id());

        assertThat(gateway.state(task.id(), cancellation).status()).isEqualTo(RunStatus.CANCELLED);
        assertThat(gateway.upload(task.id(), archive(task, task.algorithmArgs()), () -> true, cancellation))
                .isFalse();

        assertThat(strict.results()).isEmpty();
        assertThat(strict.breaches()).isEmpty();
    }

    @Test
    void anErrorIsStoredDespiteFailuresAndNotTwice() throws Exception {
        Task task = start(order());
        strict.inject(Fault.respond(500).on("PATCH", ".*").times(2));
        strict.inject(Fault.loseResponse().on("PATCH", ".*"));

        gateway.fail(task.id(), "it broke", cancellation);

        assertThat(view(task).status()).isEqualTo(RunStatus.ERROR);
        assertThat(view(task).errorMessage()).isEqualTo("it broke");
        assertThat(view(task).ends()).containsExactly(RunStatus.ERROR);
        assertThat(strict.breaches()).isEmpty();
    }

    @Test
    void aRunThatIsNotCommittedYetIsAwaited() throws Exception {
        AtomicReference<RunStatus> seen = new AtomicReference<>();
        Thread early = new Thread(() -> {
            try {
                seen.set(gateway.state(TaskParser.parse(queued.take()).id(), cancellation)
                        .status());
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
        strict.beforeCommit(() ->
                await().until(() -> strict.requests().stream().anyMatch(request -> request.status() == 404)));
        early.start();

        strict.startRun(order());
        early.join(30_000);

        assertThat(seen).hasValue(RunStatus.PENDING);
    }

    @Test
    void aRunWhoseDatasetWasDeletedCanStillFailAndHasThenEnded() throws Exception {
        Task task = start(order());
        strict.removeDataset("data.csv");

        gateway.fail(task.id(), "no data", cancellation);

        assertThat(view(task).status()).isEqualTo(RunStatus.ERROR);
        assertThat(gateway.state(task.id(), cancellation).status()).isNotEqualTo(RunStatus.PENDING);
    }
}
