package sg.aiverify.worker.testkit.gateway;

import static org.apiguardian.api.API.Status.STABLE;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.apache.commons.codec.digest.DigestUtils;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.gateway.RunStatus;
import sg.aiverify.worker.task.ModelType;

/**
 * An API gateway in this process, for tests and the demo. The gateway follows the rules of the real gateway, including
 * the odd ones, and records what a correct worker must not do. It keeps nothing after it is closed, and listens on
 * loopback only. Thread-safe.
 *
 * <p>Workers use it over HTTP. The actions of users of AI Verify (upload files, start and cancel runs) are available
 * over HTTP and as methods of this class.
 */
@API(status = STABLE, since = "1.0")
public final class StrictGateway implements AutoCloseable {
    private final GatewayRows store = new GatewayRows();
    private final Journal journal = new Journal();
    private final Faults faults = new Faults();
    private final RunRoutes runs;
    private final HttpFront front;
    private volatile boolean hashes = true;

    private StrictGateway(TaskSink queue, int port) throws IOException {
        runs = new RunRoutes(store, journal, queue);
        Router router = new Router();
        new FileRoutes(store).register(router);
        runs.register(router);
        new ResultRoutes(store, journal).register(router);
        front = new HttpFront(port, router, journal, faults);
    }

    /**
     * Starts a gateway on a free port.
     *
     * @param queue the queue to which it adds tasks
     * @return the gateway, listening
     */
    public static StrictGateway start(TaskSink queue) {
        return start(queue, 0);
    }

    /**
     * Starts a gateway.
     *
     * @param queue the queue to which it adds tasks
     * @param port the port; 0 for a free one
     * @return the gateway, listening
     * @throws UncheckedIOException if the port is in use
     */
    public static StrictGateway start(TaskSink queue, int port) {
        Objects.requireNonNull(queue, "queue");
        try {
            return new StrictGateway(queue, port);
        } catch (IOException taken) {
            throw new UncheckedIOException("cannot listen on loopback port " + port, taken);
        }
    }

    /**
     * Returns the address for {@code APIGW_URL}.
     *
     * @return the address, without a slash at its end
     */
    public URI url() {
        return URI.create("http://127.0.0.1:" + front.address().getPort());
    }

    /**
     * Adds an algorithm. It replaces an earlier one with the same ids.
     *
     * @param folder the algorithm's folder, in the documented layout
     * @return its ids and hash
     * @throws IllegalArgumentException if a file is missing or not JSON, or an id is not legal
     */
    public RegisteredAlgorithm addAlgorithm(Path folder) {
        try {
            return add(AlgorithmReader.read(folder));
        } catch (IOException unreadable) {
            throw new UncheckedIOException("cannot read the algorithm in " + folder, unreadable);
        }
    }

    /**
     * Adds an algorithm with any content as its zip, even an invalid one. Its schemas accept any arguments and any
     * output.
     *
     * @param gid the id of the plug-in
     * @param cid the id of the algorithm
     * @param zip the content that workers download
     * @return its ids and hash
     */
    public RegisteredAlgorithm addAlgorithm(String gid, String cid, byte[] zip) {
        RegisteredAlgorithm name = new RegisteredAlgorithm(gid, cid, DigestUtils.sha256Hex(zip));
        return add(new StoredAlgorithm(name, zip.clone(), new JsonObject(), new JsonObject()));
    }

    private RegisteredAlgorithm add(StoredAlgorithm algorithm) {
        synchronized (store) {
            store.algorithm(algorithm.name().gid(), algorithm.name().cid()).ifPresent(store.algorithms::remove);
            store.algorithms.add(algorithm);
            return algorithm.name();
        }
    }

    /**
     * Adds a model with its file name: a file, or a folder, which is stored as a pipeline.
     *
     * @param path the file or folder
     * @param type the model's type
     * @return its name at the gateway
     */
    public String addModel(Path path, ModelType type) {
        return add(store.models, path, Files.isDirectory(path) ? "pipeline" : "file", type.wireName());
    }

    /**
     * Adds a dataset with its file name: a file or a folder.
     *
     * @param path the file or folder
     * @return its name at the gateway
     */
    public String addDataset(Path path) {
        return add(store.datasets, path, Files.isDirectory(path) ? "folder" : "file", null);
    }

    private String add(GatewayRows.Shelf shelf, Path path, String fileType, @Nullable String modelType) {
        String name = path.getFileName().toString();
        if (!FileRoutes.isLegal(name)) {
            throw new IllegalArgumentException("name must match " + FileRoutes.LEGAL_NAME + ", was " + name);
        }
        try {
            byte[] content = fileType.equals("file") ? Files.readAllBytes(path) : FolderZip.of(path);
            synchronized (store) {
                shelf.remove(name);
                shelf.add(name, fileType, modelType, hashes ? DigestUtils.sha256Hex(content) : null, content);
            }
            return name;
        } catch (IOException unreadable) {
            throw new UncheckedIOException("cannot read " + path, unreadable);
        }
    }

    /**
     * Deletes a dataset. As in the real gateway, runs that use it can no longer be shown.
     *
     * @param name its name
     * @return true if the dataset existed
     */
    public boolean removeDataset(String name) {
        synchronized (store) {
            return store.datasets.remove(name);
        }
    }

    /**
     * Sets whether tasks contain the hashes of models and datasets that are added from now on.
     *
     * @param given true if tasks contain these hashes; false if the hashes are null in tasks
     */
    public void sendHashes(boolean given) {
        hashes = given;
    }

    /**
     * Starts a run: adds its task to the queue, then commits its row.
     *
     * @param order the order
     * @return the run's id
     * @throws IllegalStateException if the gateway refuses; the message contains its response
     */
    public String startRun(RunOrder order) {
        try {
            return runs.start(order.toJson()).get("id").getAsString();
        } catch (Refusal refusal) {
            throw refused(refusal);
        }
    }

    /**
     * Adds a pending run without adding its task to the queue, for callers that add it themselves.
     *
     * @param order the order
     * @return the task as the gateway would write it to the queue
     * @throws IllegalStateException if the gateway refuses; the message contains its response
     */
    public String addRun(RunOrder order) {
        try {
            return runs.add(order.toJson());
        } catch (Refusal refusal) {
            throw refused(refusal);
        }
    }

    private static IllegalStateException refused(Refusal refusal) {
        return new IllegalStateException(
                "run refused: " + refusal.response().status() + " " + refusal.getMessage(), refusal);
    }

    /**
     * Cancels a run: deletes its entry from the queue, then commits its row.
     *
     * @param runId the run's id
     * @throws IllegalStateException if the gateway refuses; the message contains its response
     */
    public void cancelRun(String runId) {
        try {
            runs.cancel(runId);
        } catch (Refusal refusal) {
            throw new IllegalStateException("cancel of run " + runId + " refused: " + refusal.getMessage(), refusal);
        }
    }

    /**
     * Sets a hook that every later start and cancel calls between the change of the queue and the commit of the row. A
     * delay in the hook causes the 404 response for a run whose task has already been delivered.
     *
     * @param hook the hook, called in the thread that starts or cancels
     */
    public void beforeCommit(Runnable hook) {
        runs.beforeCommit(Objects.requireNonNull(hook, "hook"));
    }

    /**
     * Returns a run.
     *
     * @param runId the run's id
     * @return the run; empty if it is unknown, not committed, or deleted
     */
    public Optional<RunView> run(String runId) {
        synchronized (store) {
            return Optional.ofNullable(store.runs().get(runId)).map(StoredRun::view);
        }
    }

    /**
     * Lists all runs.
     *
     * @return the runs, in the order of their commits
     */
    public List<RunView> runs() {
        synchronized (store) {
            return store.runs().values().stream().map(StoredRun::view).toList();
        }
    }

    /**
     * Waits until a run has ended.
     *
     * @param runId the run's id
     * @param atMost the timeout
     * @return the ended run
     * @throws AssertionError if it is still pending after the timeout
     */
    public RunView awaitEnd(String runId, Duration atMost) {
        return await(runId, atMost, "end", run -> run.status() != RunStatus.PENDING);
    }

    /**
     * Waits until a run meets a condition.
     *
     * @param runId the run's id
     * @param atMost the timeout
     * @param what the condition as a verb, for the message "run ... did not ..."
     * @param condition the condition
     * @return the run when it met the condition
     * @throws AssertionError if it does not meet the condition within the timeout
     */
    public RunView await(String runId, Duration atMost, String what, Predicate<RunView> condition) {
        try {
            boolean met = store.await(rows -> run(runId).filter(condition).isPresent(), atMost);
            Optional<RunView> run = run(runId);
            if (!met || run.isEmpty()) {
                throw new AssertionError("run " + runId + " did not " + what + " within " + atMost + ": "
                        + run.map(RunView::toString).orElse("unknown"));
            }
            return run.get();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while run " + runId + " was awaited", interrupted);
        }
    }

    /**
     * Lists the stored results, including those without a run.
     *
     * @return the results, by number
     */
    public List<StoredResult> results() {
        synchronized (store) {
            return List.copyOf(store.results.values());
        }
    }

    /**
     * Lists the accepted uploads for a run.
     *
     * @param runId the run's id
     * @return the uploads, in order
     */
    public List<SeenUpload> uploads(String runId) {
        return journal.uploads(runId);
    }

    /**
     * Lists all requests.
     *
     * @return the requests, in order
     */
    public List<SeenRequest> requests() {
        return journal.requests();
    }

    /**
     * Lists the actions that a correct worker does not take.
     *
     * @return the breaches, in order; empty if there were no breaches
     */
    public List<Breach> breaches() {
        return journal.breaches();
    }

    /**
     * Adds a fault for future requests.
     *
     * @param fault the fault
     */
    public void inject(Fault fault) {
        faults.add(Objects.requireNonNull(fault, "fault"));
    }

    /**
     * Sets a function that chooses the fault of each future request without another fault, until faults are cleared.
     *
     * @param plan returns the fault for a method and a path, or empty for no fault; calls do not overlap
     */
    public void injectEachTime(BiFunction<String, String, Optional<Fault>> plan) {
        faults.plan(Objects.requireNonNull(plan, "plan"));
    }

    /** Removes the faults that have not happened yet. */
    public void clearFaults() {
        faults.clear();
    }

    /** Stops listening and closes every connection. The rows remain. */
    public void pause() {
        front.pause();
    }

    /** Listens again on the same port. */
    public void resume() {
        try {
            front.resume();
        } catch (IOException taken) {
            throw new UncheckedIOException("cannot listen again on " + url(), taken);
        }
    }

    /** Stops permanently. */
    @Override
    public void close() {
        front.close();
    }
}
