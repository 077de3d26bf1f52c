package sg.aiverify.worker.pipelines.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.model.Container;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.pipelines.docker.internal.engine.DockerEngine;
import sg.aiverify.worker.pipelines.docker.internal.engine.Labels;
import sg.aiverify.worker.pipelines.docker.machine.AvailableEngine;
import sg.aiverify.worker.pipelines.docker.machine.Need;
import sg.aiverify.worker.pipelines.docker.machine.PrivateEngine;
import sg.aiverify.worker.pipelines.docker.machine.Requires;
import sg.aiverify.worker.stage.ImageEnvironment;
import sg.aiverify.worker.stage.TestInputs;
import sg.aiverify.worker.testkit.stage.ObservedRun;

/** Failures of an engine, with a real engine that only the test uses. */
@Tag("slow")
@Requires({Need.BASE_IMAGE, Need.OWN_ENGINE})
class EngineFailuresTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String BEGINS_AND_WAITS = "self.progress(10); time.sleep(600)";

    @TempDir
    static Path engineDirectory;

    private static PrivateEngine machine;

    @TempDir
    Path directory;

    private DockerWorker worker;
    private DockerEngine engine;

    @BeforeAll
    static void start() throws IOException {
        machine = PrivateEngine.open(engineDirectory, engineDirectory.resolve("data"));
        machine.load(AvailableEngine.BASE_IMAGE);
    }

    @AfterAll
    static void stop() {
        if (machine != null) {
            machine.close();
        }
    }

    @BeforeEach
    void open() {
        worker = new DockerWorker(directory, Map.of("DOCKER_HOST", machine.host()));
        engine = machine.connect();
    }

    @AfterEach
    void close() {
        worker.close();
        engine.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anEngineThatGoesAwayInMidRunIsWaitedForAndNothingOfTheRunIsLeft(boolean killed) throws Exception {
        TestInputs waiting = worker.inputs("waits", BEGINS_AND_WAITS);
        TestInputs quick = worker.inputs("quick", "self.results = {'n': 1}");
        try (ObservedRun run = new ObservedRun(directory);
                ObservedRun next = new ObservedRun(directory)) {
            CompletableFuture<Throwable> ending = start(waiting, run);
            run.awaitProgress(PATIENCE);

            if (killed) {
                machine.kill();
            } else {
                machine.stop();
            }

            assertThat(ending.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isInstanceOf(ServiceUnavailableException.class);
            assertThatThrownBy(() -> worker.run(quick, next))
                    .isInstanceOf(ServiceUnavailableException.class)
                    .hasMessageStartingWith("The Docker engine at " + machine.host() + " is not reachable and cannot ");
            machine.start();
            assertThat(worker.run(quick, next).output()).content().contains("1");
        }
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(DockerWorker.remains(engine)).isEmpty());
    }

    @Test
    void aWorkerStartsWithoutItsEngineAndWaitsForIt() throws Exception {
        machine.stop();
        try (DockerWorker early = new DockerWorker(directory, Map.of("DOCKER_HOST", machine.host()));
                ObservedRun run = new ObservedRun(directory)) {
            TestInputs inputs = early.inputs("early", "self.results = {'n': 1}");
            assertThatThrownBy(() -> early.run(inputs, run)).isInstanceOf(ServiceUnavailableException.class);

            machine.start();
            assertThat(early.run(inputs, run).output()).content().contains("1");
        }
    }

    @Test
    void anImageThatIsRemovedBeforeTheRunIsBuiltAgainByTheNextAttempt() throws InterruptedException {
        TestInputs inputs = worker.inputs("removed", "self.results = {'n': 1}");
        try (ObservedRun run = new ObservedRun(directory);
                ObservedRun again = new ObservedRun(directory, 2)) {
            ImageEnvironment image = worker.build(inputs, run);
            engine.client().removeImageCmd(image.reference()).withForce(true).exec();

            assertThatThrownBy(() -> worker.execute(inputs, image, run))
                    .isExactlyInstanceOf(InfrastructureException.class)
                    .hasMessageContaining("the image no longer exists on the engine at " + machine.host() + " (")
                    .hasMessageEndingWith("). It will be built again")
                    .hasMessageContaining(image.reference());
            assertThat(worker.run(inputs, again).output()).content().contains("1");
        }
        assertThat(DockerWorker.remains(engine)).isEmpty();
    }

    @Test
    void aContainerThatSomebodyKillsIsTriedAgainOnce() throws Exception {
        TestInputs inputs =
                worker.inputs("killed", "print('here I was', file=sys.stderr, flush=True)\n" + BEGINS_AND_WAITS);
        String text = "Failed to run algorithm: its container was killed by SIGKILL, sent by another process, or by the"
                + " system because the engine's memory ran out; the cause is not known";

        assertThat(killed(inputs, 1))
                .isExactlyInstanceOf(InfrastructureException.class)
                .hasMessageStartingWith(text)
                .hasMessageContaining("here I was");
        assertThat(killed(inputs, 2)).isInstanceOf(TaskFailedException.class).hasMessageStartingWith(text);
    }

    private Throwable killed(TestInputs inputs, int attempt) throws Exception {
        try (ObservedRun run = new ObservedRun(directory, attempt)) {
            CompletableFuture<Throwable> ending = start(inputs, run);
            run.awaitProgress(PATIENCE);
            engine.client().killContainerCmd(container(run)).exec();
            return ending.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private String container(ObservedRun run) {
        List<Container> found = engine.client()
                .listContainersCmd()
                .withLabelFilter(Map.of(Labels.RUN, run.task().id()))
                .exec();
        assertThat(found).hasSize(1);
        return found.get(0).getId();
    }

    @Test
    void anAlgorithmThatFailsIsToldWithTheEndOfItsOutputAndNotTriedAgain() {
        TestInputs inputs = worker.inputs("fails", """
                for i in range(100):
                    print('line', i, file=sys.stderr)
                raise ValueError('no such column')
                """);
        try (ObservedRun run = new ObservedRun(directory)) {
            assertThatThrownBy(() -> worker.run(inputs, run))
                    .isInstanceOf(TaskFailedException.class)
                    .hasMessageStartingWith("Failed to run algorithm: ")
                    .hasMessageContaining("ValueError: no such column")
                    .hasMessageContaining("line 99")
                    .hasMessageNotContaining("line 9\n");
        }
    }

    @Test
    void anEngineWithoutAnInitIsToldWhatToInstall() throws IOException {
        machine.stop();
        machine.start("--init-path", "/nowhere/docker-init");
        try (DockerWorker after = new DockerWorker(directory, Map.of("DOCKER_HOST", machine.host()));
                ObservedRun run = new ObservedRun(directory)) {
            TestInputs inputs = after.inputs("uninitiated", "pass");
            assertThatThrownBy(() -> after.run(inputs, run))
                    .isExactlyInstanceOf(InfrastructureException.class)
                    .hasMessageContaining("the engine at " + machine.host() + " has no docker-init (")
                    .hasMessageEndingWith("). Install the package docker-init or tini there");
        } finally {
            machine.stop();
            machine.start();
        }
    }

    private CompletableFuture<Throwable> start(TestInputs inputs, ObservedRun run) {
        return CompletableFuture.supplyAsync(() -> catchThrowable(() -> worker.run(inputs, run)));
    }
}
