package sg.aiverify.worker.testkit.contract;

import static org.apiguardian.api.API.Status.STABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.stage.TestInputs;
import sg.aiverify.worker.testkit.machine.Needs;
import sg.aiverify.worker.testkit.samples.FileTreeHash;
import sg.aiverify.worker.testkit.samples.MisbehavingAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.stage.ObservedRun;

/**
 * The part of {@link ExecutorContract} that depends on the isolation of runs. Its runs are stopped, die, leave
 * processes and files, or try to access other files. If a module passes the whole contract with one sandbox, this part
 * is enough for its other sandboxes.
 */
@API(status = STABLE, since = "1.0")
public abstract class ExecutorSafetyContract extends ExecutorSuite {
    private static final int STOP_SECONDS = 10;

    /** Creates the suite. */
    protected ExecutorSafetyContract() {}

    @Test
    void aCancelledRunThatIgnoresSigtermEndsWithinSecondsAndLeavesNoProcess() throws Exception {
        assertStops(CancelReason.CANCELLED);
    }

    @Test
    void aRunThatTakesTooLongEndsWithinSecondsAndLeavesNoProcess() throws Exception {
        assertStops(CancelReason.TIMED_OUT);
    }

    private void assertStops(CancelReason reason) throws Exception {
        String name = processName();
        ObservedRun run = newRun();
        Future<Delivered> going = threads.submit(() -> deliver(hanging(), named(name), run));
        run.awaitProgress(PATIENCE);
        assertThat(backend.processes(name)).isEqualTo(3);

        run.cancellation().cancel(reason);

        assertThatThrownBy(() -> going.get(STOP_SECONDS, TimeUnit.SECONDS))
                .hasCauseInstanceOf(RunCancelledException.class);
        assertThat(backend.processes(name)).isZero();
    }

    @Test
    void anInterruptedRunEndsWithinSecondsAndLeavesNoProcess() throws Exception {
        String name = processName();
        ObservedRun run = newRun();
        CompletableFuture<Thread> runner = new CompletableFuture<>();
        Future<Delivered> going = threads.submit(() -> {
            runner.complete(Thread.currentThread());
            return deliver(hanging(), named(name), run);
        });
        run.awaitProgress(PATIENCE);
        assertThat(backend.processes(name)).isEqualTo(3);

        runner.join().interrupt();

        assertThatThrownBy(() -> going.get(STOP_SECONDS, TimeUnit.SECONDS))
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(backend.processes(name)).isZero();
    }

    @Test
    void aRunThatIsStoppedAlreadyDoesNotStart() {
        ObservedRun run = newRun();
        run.cancellation().cancel(CancelReason.CANCELLED);

        assertThatThrownBy(() -> deliver(inputs(MisbehavingAlgorithm.SLEEPS), new JsonObject(), run))
                .isInstanceOf(RunCancelledException.class);
        assertThat(run.progress()).isEmpty();
    }

    @Test
    void aDaemonIsGoneWhenItsAlgorithmHasSucceeded() throws InterruptedException {
        String name = processName();

        Delivered delivered = deliver(inputs(MisbehavingAlgorithm.LEAVES_DAEMON), named(name), newRun());

        assertThat(delivered.output().get("message").getAsString()).isEqualTo("leaves_daemon");
        assertThat(backend.processes(name)).isZero();
    }

    @Test
    void nothingIsLeftOfARunThatHasEnded() throws Exception {
        deliver("self.progress(1)");
        endRuns();
        List<Path> before = tree(dataDirectory);
        ObservedRun run = newRun();

        deliver(inputs(algorithm("""
                deep = OUTPUT / 'deep'
                deep.mkdir()
                (deep / 'file').write_text('left')
                Path('left.txt').write_text('left')
                deep.chmod(0o500)
                """).read()), new JsonObject(), run);
        endRuns();

        assertThat(run.workDirectory()).doesNotExist();
        assertThat(tree(dataDirectory)).isEqualTo(before);
        assertThat(backend.leftovers()).isEmpty();
    }

    @Test
    void anAlgorithmThatWritesBesideItselfLeavesItsFolderAsItWas() throws InterruptedException {
        TinyAlgorithm algorithm = algorithm("""
                Path('here.txt').write_text('here')
                Path(__file__).with_name('there.txt').write_text('there')
                Path(self.arguments['project_base_path'], 'base.txt').write_text('base')
                """);
        String before = FileTreeHash.of(algorithm.folder());

        deliver(inputs(algorithm.read()), new JsonObject(), newRun());

        assertThat(FileTreeHash.of(algorithm.folder())).isEqualTo(before);
    }

    @Test
    void filesThatRunsShareCannotBeChangedWhereTheModuleDeclaresIt() throws Exception {
        Needs.that(
                declares(ExecutorCapability.DATASETS_IN_ARGUMENTS),
                "DATASETS_IN_ARGUMENTS",
                "the module does not declare it, and an algorithm gets the paths of its files only by this");
        Path shared = Files.createDirectories(directory.resolve("shared"));
        Path labels = Files.writeString(shared.resolve("labels.csv"), "a,b");
        TestInputs inputs = inputs(algorithm("""
                shared = Path(self.arguments['shared'])
                for file in (shared / 'labels.csv', shared / 'more.csv'):
                    try:
                        file.write_text('changed')
                    except OSError:
                        pass
                """).read(), Map.of("shared", shared));

        deliver(inputs, json("{\"shared\": \"_dataset_:shared\"}"), newRun());

        if (declares(ExecutorCapability.INPUTS_ARE_READ_ONLY)) {
            assertThat(labels).hasContent("a,b");
            assertThat(shared.resolve("more.csv")).doesNotExist();
        } else {
            assertThat(labels).hasContent("changed");
        }
    }

    @Test
    void datasetsThatArgumentsNameAtAnyDepthAreReadWhereTheModuleDeclaresIt() throws Exception {
        Path file = Files.writeString(directory.resolve("labels.csv"), "a,b");
        Path folder = Files.createDirectories(directory.resolve("images"));
        Files.writeString(folder.resolve("1.txt"), "one");
        TestInputs inputs = inputs(algorithm("""
                deep = self.arguments['deep'][0]
                self.results = {
                    'file': Path(deep['labels']).read_text(), 'folder': Path(deep['images'], '1.txt').read_text()}
                """).read(), Map.of("labels.csv", file, "images", folder));
        JsonObject arguments =
                json("{\"deep\": [{\"labels\": \"_dataset_:labels.csv\", \"images\": \"_dataset_:images\"}]}");

        if (declares(ExecutorCapability.DATASETS_IN_ARGUMENTS)) {
            Delivered delivered = deliver(inputs, arguments, newRun());
            assertThat(delivered.output()).isEqualTo(json("{\"file\": \"a,b\", \"folder\": \"one\"}"));
            assertThat(delivered.result().getAsJsonObject("testArguments").getAsJsonObject("algorithmArgs"))
                    .isEqualTo(arguments);
        } else {
            assertThatThrownBy(() -> deliver(inputs, arguments, newRun()))
                    .isInstanceOf(TaskFailedException.class)
                    .hasMessageContaining("labels.csv");
        }
    }

    @TestFactory
    List<DynamicTest> anAlgorithmWithoutAResultFailsWithTheReason() {
        Map<MisbehavingAlgorithm, String> reasons = Map.of(
                MisbehavingAlgorithm.EXITS, "ended its process with exit(3)",
                MisbehavingAlgorithm.EXITS_SILENTLY, "the process exited with code 0",
                MisbehavingAlgorithm.EXITS_HARD, "the process exited with code 7",
                MisbehavingAlgorithm.SEGFAULTS, "killed by SIGSEGV",
                MisbehavingAlgorithm.NO_RESULT, "output must be an object, but is None (nothing)",
                MisbehavingAlgorithm.INVALID_OUTPUT, "'message' is a required property");
        return reasons.entrySet().stream()
                .map(reason -> DynamicTest.dynamicTest(
                        reason.getKey().cid(),
                        () -> assertThatThrownBy(() -> deliver(reason.getKey(), "{}"))
                                .isInstanceOf(TaskFailedException.class)
                                .hasMessageContaining(reason.getValue())
                                .hasMessageNotContaining("runner.py")
                                .hasMessageNotContaining("/algorithm/")))
                .toList();
    }

    @Test
    void anUnexplainedKillIsTriedAgainOnce() {
        TestInputs inputs = inputs(MisbehavingAlgorithm.KILLED);

        assertThatThrownBy(() -> deliver(inputs, new JsonObject(), newRun(1)))
                .isExactlyInstanceOf(InfrastructureException.class)
                .hasMessageContaining("SIGKILL");
        assertThatThrownBy(() -> deliver(inputs, new JsonObject(), newRun(2)))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("SIGKILL");
    }

    @Test
    void resultsThatTheAlgorithmWritesItselfAreNotDelivered() throws InterruptedException {
        ObservedRun run = newRun();

        Delivered delivered = deliver(
                inputs(MisbehavingAlgorithm.FORGES_RESULTS), json("{\"victim\": \"" + UUID.randomUUID() + "\"}"), run);

        assertThat(delivered.result().get("testRunId").getAsString())
                .isEqualTo(run.task().id());
        assertThat(delivered.output()).hasToString("{\"message\":\"forges_results\"}");
        assertThat(delivered.artifacts()).isEmpty();
    }

    @Test
    void printedLinesAreNotTakenForEvents() throws InterruptedException {
        ObservedRun run = newRun();

        Delivered delivered = deliver(inputs(MisbehavingAlgorithm.FORGES_LINES), new JsonObject(), run);

        assertThat(delivered.output()).hasToString("{\"message\":\"forges_lines\"}");
        assertThat(run.progress()).isEmpty();
    }

    @Test
    void forgedEventsBringInNoFileFromOutside() throws InterruptedException {
        Delivered delivered = deliver(MisbehavingAlgorithm.FORGES_EVENTS, "{}");

        assertThat(delivered.output()).hasToString("{\"message\":\"forges_events\"}");
        assertThat(delivered.artifacts()).isEmpty();
    }

    @Test
    void onlyPlainFilesInTheOutputDirectoryBecomeArtifacts() throws InterruptedException {
        Delivered delivered = deliver(MisbehavingAlgorithm.ODD_ARTIFACTS, "{}");

        assertThat(delivered.artifacts()).containsOnlyKeys("plots/fine.png");
    }

    @Test
    void argumentsDoNotShowInTheListOfProcesses() throws InterruptedException {
        Delivered delivered = deliver(MisbehavingAlgorithm.LOOKS_AROUND, "{\"secret\": \"hunter2\"}");

        assertThat(delivered.output().getAsJsonArray("arguments")).isNotEmpty();
        assertThat(delivered.output().toString()).doesNotContain("hunter2");
    }

    private TestInputs hanging() {
        return inputs(MisbehavingAlgorithm.HANGS);
    }

    private static JsonObject named(String name) {
        JsonObject arguments = new JsonObject();
        arguments.addProperty("marker", name);
        return arguments;
    }

    private static String processName() {
        return "run-" + UUID.randomUUID().toString().substring(0, 8);
    }

    private static List<Path> tree(Path root) throws IOException {
        try (Stream<Path> walk = Files.walk(root)) {
            return walk.sorted().toList();
        }
    }
}
