package sg.aiverify.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.gateway.RunStatus;
import sg.aiverify.worker.task.ModelType;
import sg.aiverify.worker.testkit.gateway.RegisteredAlgorithm;
import sg.aiverify.worker.testkit.gateway.RunOrder;
import sg.aiverify.worker.testkit.gateway.RunView;
import sg.aiverify.worker.testkit.gateway.StoredResult;
import sg.aiverify.worker.testkit.gateway.StrictGateway;
import sg.aiverify.worker.testkit.python.EngineInterpreter;
import sg.aiverify.worker.testkit.samples.FileTreeHash;
import sg.aiverify.worker.testkit.samples.MisbehavingAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyInputs;
import sg.aiverify.worker.testkit.valkey.EmbeddedValkey;

/**
 * One worker process with little memory and a password, for many hostile runs. After each of them a witness runs, which
 * must find no change.
 */
final class HostileScene implements AutoCloseable {
    /** The password of the queue, which only the worker may see. */
    static final String SECRET = "hunter2-\"7f3a\"-Tr0ub4dor";
    /** Too small to keep a run's output or a bomb in memory. */
    static final int HEAP_MB = 96;

    static final int ARCHIVE_MAX_MB = 64;
    static final int ARCHIVE_MAX_ENTRIES = 1000;
    static final int MEMORY_MB = 2048;
    static final int PIDS = 150;
    /** More than any honest case writes, and small enough to be exceeded. */
    static final int DISK_MB = 1536;

    private static final String WITNESS = """
            import tempfile
            self.results['token'] = self.arguments['token']
            self.results['data'] = Path(self.arguments['file']).read_text()
            self.results['rows'] = self.data.get_data()['a'].tolist()
            self.results['here'] = sorted(str(path) for path in Path('.').rglob('*') if path.name != '__pycache__')
            # A temporary directory of its own may hold the mount points of files that it reads.
            read = [Path(path).resolve() for path in (sys.prefix, sys.base_prefix, self.arguments['file'], '.')]
            self.results['temporary'] = [
                path.name for path in Path(tempfile.gettempdir()).iterdir()
                if not any(path in file.parents for file in read)]
            """;

    final SandboxMode mode;
    final Path directory;
    final EditedTasks tasks;
    final StrictGateway gateway;
    final String model;
    final String dataset;
    private final EmbeddedValkey valkey;
    private final ValkeyProbe probe;
    private final WorkerProcess worker;
    private final RegisteredAlgorithm witness;
    private String inputsHash = "";
    private @Nullable Witness running;
    private int algorithms;
    private int settled;
    private final StringBuilder log = new StringBuilder();
    private String startLog = "";
    private final Leftovers leftovers;

    /** The resources that the settings limit for a run, if the machine supports it. */
    enum Limit {
        /** Memory of all its processes together. */
        MEMORY("MEMORY_MB", HostileScene.MEMORY_MB + " MiB of memory,"),
        /** The number of all its processes and threads. */
        PIDS("PIDS", HostileScene.PIDS + " processes and threads");

        private final String variable;
        private final String inForce;

        Limit(String variable, String inForce) {
            this.variable = variable;
            this.inForce = inForce;
        }
    }

    private record Witness(String run, String token) {}

    private HostileScene(SandboxMode mode, Path directory) {
        this.mode = mode;
        this.directory = directory;
        this.valkey = EmbeddedValkey.builder().password(SECRET).start();
        this.probe = new ValkeyProbe(valkey.host(), valkey.port(), SECRET);
        this.tasks = new EditedTasks(probe);
        this.gateway = StrictGateway.start(tasks);
        TinyInputs tiny = TinyInputs.write(directory.resolve("tiny"));
        this.model = gateway.addModel(tiny.model(), ModelType.CLASSIFICATION);
        this.dataset = gateway.addDataset(tiny.dataset());
        this.witness = algorithm("witness", WITNESS);
        this.worker = WorkerProcess.start(directory.resolve("worker"), HEAP_MB, variables());
        this.leftovers = new Leftovers(worker, gateway, probe, data(), temporary());
    }

    /** Starts everything and waits until an honest run has succeeded. */
    static HostileScene open(SandboxMode mode, Path directory) {
        HostileScene scene = new HostileScene(mode, directory);
        try {
            scene.worker.ready();
            scene.startLog = scene.workerLog();
            scene.startWitness();
            scene.finishWitness();
            scene.inputsHash = scene.inputs();
            return scene;
        } catch (RuntimeException | Error e) {
            scene.close();
            throw e;
        }
    }

    private Map<String, String> variables() {
        Map<String, String> variables = new HashMap<>(valkey.environment());
        variables.put("VALKEY_PASSWORD", SECRET);
        variables.put("APIGW_URL", gateway.url().toString());
        variables.put("PYTHON", python());
        variables.put("TEWORKER_DATA_DIR", data().toString());
        variables.put("TEWORKER_CONCURRENCY", "2");
        variables.put("TEWORKER_LEASE_SECONDS", "10");
        variables.put("TEWORKER_LOG_LEVEL", "debug");
        variables.put("TEWORKER_ARCHIVE_MAX_MB", "" + ARCHIVE_MAX_MB);
        variables.put("TEWORKER_ARCHIVE_MAX_ENTRIES", "" + ARCHIVE_MAX_ENTRIES);
        variables.put("TEWORKER_TASK_MEMORY_MB", "" + MEMORY_MB);
        variables.put("TEWORKER_TASK_PIDS", "" + PIDS);
        variables.put("TEWORKER_TASK_DISK_MB", "" + DISK_MB);
        variables.put("JDK_JAVA_OPTIONS", "\"-Djava.io.tmpdir=" + temporary() + "\""); // which is split at spaces
        variables.put("TMPDIR", temporary().toString());
        variables.put("PIP_FIND_LINKS", packages().toUri().toString());
        variables.put("PIP_NO_INDEX", "1");
        variables.put("TEWORKER_HTTP_TOKEN_FILE", token().toString());
        variables.putAll(mode.settings());
        return variables;
    }

    private static String python() {
        try {
            return EngineInterpreter.get().executable().toString();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the file with a secret of the operator, which no run may read. */
    Path token() {
        Path token = directory.resolve("token");
        try {
            return Files.exists(token) ? token : Files.writeString(token, "k3y-of-the-operator");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Finds the directory of the worker's Python files, which every run reads. */
    Path scripts() {
        try (Stream<Path> files = Files.walk(data().resolve("python"), 2)) {
            return files.filter(file -> file.endsWith("supervisor.py"))
                    .findFirst()
                    .orElseThrow()
                    .getParent();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path data() {
        return directory.resolve("data");
    }

    private Path temporary() {
        return made("tmp");
    }

    /** Returns a directory with packages that the worker's installers read. */
    Path packages() {
        return made("packages");
    }

    private Path made(String name) {
        try {
            return Files.createDirectories(directory.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Checks whether the mode has the protection; if not, the worker must have logged this at its start. */
    boolean offers(SandboxMode.Shield shield) {
        boolean offered = mode.has(shield);
        assertThat(isolation().contains("sandbox none (only a separate session"))
                .as("what the worker said of its isolation: %s", isolation())
                .isNotEqualTo(offered);
        return offered || CaseTable.notOffered();
    }

    /** Checks whether the limit is in force; if not, the worker must have logged this at its start. */
    boolean offers(Limit limit) {
        boolean offered = binds(limit);
        assertThat(isolation().replaceFirst("^.*not in force", "").contains("TEWORKER_TASK_" + limit.variable))
                .as("what the worker said of its limits: %s", isolation())
                .isNotEqualTo(offered);
        return offered || CaseTable.notOffered();
    }

    private String isolation() {
        return startLog.lines()
                .filter(line -> line.contains("Isolation: "))
                .findFirst()
                .orElseThrow();
    }

    private boolean binds(Limit limit) {
        return isolation().contains(limit.inForce);
    }

    /** Returns the number of ordered algorithms, with which the name of the last one ends. */
    int algorithms() {
        return algorithms;
    }

    /** Finds a file of another run's algorithm in the cache. */
    Path fileOfTheWitness() {
        try (Stream<Path> files = Files.walk(data().resolve("cache/entries/algorithms"))) {
            return files.filter(file -> file.endsWith("aiverify_test_witness/algo.py"))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Checks whether a file of this name is next to cached data. */
    boolean isCached(String name) {
        try (Stream<Path> files = Files.walk(data().resolve("cache/entries/datasets"))) {
            return files.anyMatch(file -> file.endsWith(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the worker's output since the last case. */
    String workerLog() {
        log.append(worker.nextErr());
        return log.toString();
    }

    /** Returns the worker's output before its first task. */
    String startLog() {
        return startLog;
    }

    long workerPid() {
        return worker.pid();
    }

    private RegisteredAlgorithm algorithm(String cid, String body) {
        return gateway.addAlgorithm(TinyAlgorithm.write(directory.resolve("algorithms"), cid)
                .doing(body)
                .folder());
    }

    /** Orders a run of an algorithm with this body in Python. */
    RunOrder order(String body) {
        return order(algorithm("hostile_" + ++algorithms, body));
    }

    RunOrder order(MisbehavingAlgorithm algorithm) {
        return order(gateway.addAlgorithm(algorithm.write(directory.resolve("algorithms"))));
    }

    RunOrder order(RegisteredAlgorithm algorithm) {
        return RunOrder.of(algorithm, model, dataset);
    }

    /** Orders a run of an algorithm in a custom zip. */
    RunOrder order(RawZip zip) {
        return order(zip.bytes());
    }

    RunOrder order(byte[] zip) {
        return order(gateway.addAlgorithm("aiverify.test.zips", "zip_" + ++algorithms, zip));
    }

    /** Starts an honest run whose task is changed before it is added to the queue. */
    String startEdited(Consumer<JsonObject> change) {
        tasks.next(json -> {
            JsonObject task = JsonParser.parseString(json).getAsJsonObject();
            change.accept(task);
            return task.toString();
        });
        return gateway.startRun(witnessOrder("edited"));
    }

    RunOrder witnessOrder(String token) {
        return order(witness).withArgument("token", token).withArgument("file", "_dataset_:" + dataset);
    }

    /** Runs it and returns the error, which must be the only report. */
    String error(RunOrder order) {
        return error(gateway.startRun(order));
    }

    String error(String runId) {
        RunView run = verdict(runId, RunStatus.ERROR);
        String text = Objects.requireNonNull(run.errorMessage());
        assertThat(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(8 * 1024);
        assertThat(gateway.uploads(runId)).isEmpty();
        return text;
    }

    /** An order whose run must fail, and the text that its error must contain. */
    record Refused(RunOrder order, String... words) {}

    Refused refused(RunOrder order, String... words) {
        return new Refused(order, words);
    }

    /** Runs them in parallel. */
    void assertRefused(Refused... all) {
        List<String> runs =
                Stream.of(all).map(refused -> gateway.startRun(refused.order())).toList();
        for (int i = 0; i < all.length; i++) {
            assertThat(error(runs.get(i))).as("number %s", i + 1).contains(all[i].words());
        }
    }

    /** Runs it and returns the stored result, which must be the only report. */
    StoredResult stored(RunOrder order) {
        String runId = gateway.startRun(order);
        RunView run = verdict(runId, RunStatus.SUCCESS);
        assertThat(gateway.uploads(runId)).hasSize(1);
        StoredResult result = Objects.requireNonNull(run.result());
        assertThat(result.runId()).isEqualTo(runId);
        return result;
    }

    JsonObject output(RunOrder order) {
        return stored(order).output().getAsJsonObject();
    }

    RunView verdict(String runId, RunStatus expected) {
        RunView run = gateway.awaitEnd(runId, Scene.PATIENCE);
        assertThat(run.status()).as("%s", run.errorMessage()).isEqualTo(expected);
        assertThat(run.ends()).containsExactly(expected);
        return run;
    }

    /** Checks that nothing of the case remains, and starts the next run, which must find nothing of it. */
    void settle() {
        settle(true);
    }

    /** The same, with such a run only after every fifth case. */
    void settleNowAndThen() {
        settle(++settled % 5 == 0);
    }

    private void settle(boolean looks) {
        finishWitness();
        assertNothingIsLeft();
        if (looks) {
            startWitness();
        }
    }

    void finish() {
        finishWitness();
        assertNothingIsLeft();
        if (mode.has(SandboxMode.Shield.READ_ONLY_INPUTS)) { // otherwise they were created again
            assertThat(inputs()).as("the cached model and data").isEqualTo(inputsHash);
        }
    }

    private void assertNothingIsLeft() {
        leftovers.assertNone(workerLog());
        log.setLength(0);
    }

    private void startWitness() {
        String token = UUID.randomUUID().toString();
        running = new Witness(gateway.startRun(witnessOrder(token)), token);
    }

    /** Waits for the witness, if one runs, and checks that it found no change. */
    void finishWitness() {
        Witness started = running;
        if (started == null) {
            return;
        }
        running = null;
        RunView run = verdict(started.run(), RunStatus.SUCCESS);
        JsonObject output = Objects.requireNonNull(run.result()).output().getAsJsonObject();
        assertThat(output.get("token").getAsString()).isEqualTo(started.token());
        assertThat(output.get("data").getAsString()).isEqualTo("a,b,truth\n1,2.5,0\n2,3.5,1\n3,4.5,0\n4,5.5,1\n");
        assertThat(output.get("rows")).hasToString("[1,2,3,4]");
        assertThat(output.get("here").toString()).contains("output").doesNotContain("hostile", ".zip", ".json.");
        assertThat(output.get("temporary")).hasToString("[]");
    }

    private String inputs() {
        return Stream.of("models", "datasets")
                .map(kind -> FileTreeHash.of(data().resolve("cache/entries").resolve(kind)))
                .toList()
                .toString();
    }

    @Override
    public void close() {
        worker.close();
        gateway.close();
        valkey.close();
    }
}
