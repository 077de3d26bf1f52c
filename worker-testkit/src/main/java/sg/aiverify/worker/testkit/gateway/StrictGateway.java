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
 * An API gateway in this process, for tests and the demo: it keeps to the rules of the real one, odd ones included,
 * forgets everything when it is closed, and records what a correct worker must not do. Listens on loopback only.
 * Thread-safe.
 *
 * <p>What a worker sees goes over HTTP; what a user of AI Verify would do (upload files, start and cancel runs) can be
 * done over HTTP or by the methods of this class.
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
     * @param queue where it puts tasks
     * @return the gateway, listening
     */
    public static StrictGateway start(TaskSink queue) {
        return start(queue, 0);
    }

    /**
     * Starts a gateway.
     *
     * @param queue where it puts tasks
     * @param port where it listens; 0 for a free one
     * @return the gateway, listening
     * @throws UncheckedIOException if the port is taken
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
     * Gives the address to set as {@code APIGW_URL}.
     *
     * @return the address, without a slash at its end
     */
    public URI url() {
        return URI.create("http://127.0.0.1:" + front.address().getPort());
    }

    /**
     * Offers an algorithm, in place of an earlier one of the same ids.
     *
     * @param folder an algorithm in the documented layout
     * @return its ids and hash
     * @throws IllegalArgumentException if a file is missing or no JSON, or an id is not legal
     */
    public RegisteredAlgorithm addAlgorithm(Path folder) {
        try {
            return add(AlgorithmReader.read(folder));
        } catch (IOException unreadable) {
            throw new UncheckedIOException("cannot read the algorithm in " + folder, unreadable);
        }
    }

    /**
     * Offers an algorithm whose zip is given as it is, sound or not; any arguments and any output fit its schemas.
     *
     * @param gid the plug-in
     * @param cid the algorithm
     * @param zip what is downloaded
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
     * Adds a model under its file name: a file, or a folder, which becomes a pipeline.
     *
     * @param path the file or folder
     * @param type what the model does
     * @return its name at the gateway
     */
    public String addModel(Path path, ModelType type) {
        return add(store.models, path, Files.isDirectory(path) ? "pipeline" : "file", type.wireName());
    }

    /**
     * Adds a dataset under its file name: a file or a folder.
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
     * Deletes a dataset; runs that use it can then no longer be shown, as at the real gateway.
     *
     * @param name its name
     * @return whether it was there
     */
    public boolean removeDataset(String name) {
        synchronized (store) {
            return store.datasets.remove(name);
        }
    }

    /**
     * Keeps the hashes of models and datasets that are added from now on to itself: they are null in tasks.
     *
     * @param given whether tasks carry hashes
     */
    public void giveHashes(boolean given) {
        hashes = given;
    }

    /**
     * Starts a run: puts its task into the queue, then commits its row.
     *
     * @param order what to run
     * @return the run's id
     * @throws IllegalStateException with the gateway's answer, if it refuses
     */
    public String startRun(RunOrder order) {
        try {
            return runs.start(order.toJson()).get("id").getAsString();
        } catch (Refusal refusal) {
            throw refused(refusal);
        }
    }

    /**
     * Adds a pending run whose task is in no queue, for who puts it there.
     *
     * @param order what to run
     * @return the task as the gateway would write it into the queue
     * @throws IllegalStateException with the gateway's answer, if it refuses
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
                "run refused: " + refusal.answer().status() + " " + refusal.getMessage(), refusal);
    }

    /**
     * Cancels a run: deletes its entry from the queue, then commits its row.
     *
     * @param runId the run
     * @throws IllegalStateException with the gateway's answer, if it refuses
     */
    public void cancelRun(String runId) {
        try {
            runs.cancel(runId);
        } catch (Refusal refusal) {
            throw new IllegalStateException("cancel of run " + runId + " refused: " + refusal.getMessage(), refusal);
        }
    }

    /**
     * Runs something between the queue's change and the row's commit of every later start and cancel: a delay, to
     * provoke the 404 of a run whose task is out already, or a latch.
     *
     * @param hook what to run, in the thread that starts or cancels
     */
    public void beforeCommit(Runnable hook) {
        runs.beforeCommit(Objects.requireNonNull(hook, "hook"));
    }

    /**
     * Shows a run.
     *
     * @param runId the run
     * @return where it stands; empty if it is unknown, not committed, or deleted
     */
    public Optional<RunView> run(String runId) {
        synchronized (store) {
            return Optional.ofNullable(store.runs().get(runId)).map(StoredRun::view);
        }
    }

    /**
     * Lists all runs.
     *
     * @return the runs in the order of their commits
     */
    public List<RunView> runs() {
        synchronized (store) {
            return store.runs().values().stream().map(StoredRun::view).toList();
        }
    }

    /**
     * Waits until a run is over.
     *
     * @param runId the run
     * @param atMost how long
     * @return the run, ended
     * @throws AssertionError if it is still pending then
     */
    public RunView awaitEnd(String runId, Duration atMost) {
        return await(runId, atMost, "end", run -> run.status() != RunStatus.PENDING);
    }

    /**
     * Waits until a run is as wanted.
     *
     * @param runId the run
     * @param atMost how long
     * @param what the condition in words, for the message
     * @param condition the condition
     * @return the run, as it was then
     * @throws AssertionError if it is not as wanted then
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
     * Lists the stored results, strays included.
     *
     * @return the results by their number
     */
    public List<StoredResult> results() {
        synchronized (store) {
            return List.copyOf(store.results.values());
        }
    }

    /**
     * Lists the uploads for a run that passed the rules.
     *
     * @param runId the run
     * @return the uploads in their order
     */
    public List<SeenUpload> uploads(String runId) {
        return journal.uploads(runId);
    }

    /**
     * Lists all requests.
     *
     * @return the requests in their order
     */
    public List<SeenRequest> requests() {
        return journal.requests();
    }

    /**
     * Lists what a correct worker would not have done.
     *
     * @return the breaches in their order; empty if all is well
     */
    public List<Breach> breaches() {
        return journal.breaches();
    }

    /**
     * Adds trouble for requests to come.
     *
     * @param fault what, for which and how many
     */
    public void inject(Fault fault) {
        faults.add(Objects.requireNonNull(fault, "fault"));
    }

    /**
     * Decides for each request to come that meets no other fault, by its method and path, until faults are cleared.
     *
     * @param plan gives the trouble of a request, if any; called one at a time
     */
    public void injectEachTime(BiFunction<String, String, Optional<Fault>> plan) {
        faults.plan(Objects.requireNonNull(plan, "plan"));
    }

    /** Forgets the faults that have not happened. */
    public void clearFaults() {
        faults.clear();
    }

    /** Stops listening and cuts every connection; rows stay. */
    public void pause() {
        front.pause();
    }

    /** Listens again, on the same port. */
    public void resume() {
        try {
            front.resume();
        } catch (IOException taken) {
            throw new UncheckedIOException("cannot listen again on " + url(), taken);
        }
    }

    /** Stops for good. */
    @Override
    public void close() {
        front.close();
    }
}
