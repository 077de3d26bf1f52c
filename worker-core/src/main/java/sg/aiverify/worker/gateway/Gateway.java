package sg.aiverify.worker.gateway;

import static org.apiguardian.api.API.Status.STABLE;

import java.nio.file.Path;
import java.util.Optional;
import org.apiguardian.api.API;
import sg.aiverify.worker.run.Cancellation;

/**
 * The part of the AI Verify API gateway that a worker uses. Thread-safe.
 *
 * <p>Unless stated otherwise, a call retries transient failures with back-off: refused connections, 5xx, and the 404
 * of a run that is not yet committed. A call throws
 *
 * <ul>
 *   <li>{@link sg.aiverify.worker.failure.ServiceUnavailableException} if the gateway cannot be reached,
 *   <li>{@link sg.aiverify.worker.failure.RunCancelledException} if the cancellation stops it,
 *   <li>{@link sg.aiverify.worker.failure.InfrastructureException} for an error response that remains after all
 *       retries.
 * </ul>
 */
@API(status = STABLE, since = "1.0")
public interface Gateway {
    /** The gateway's stores of files. */
    enum Store {
        /** Models: {@code /storage/models}, {@code /test_models}. */
        MODELS,
        /** Datasets: {@code /storage/datasets}, {@code /test_datasets}. */
        DATASETS
    }

    /** The types of entries in a store. */
    enum FileType {
        /** A plain file of any format. */
        FILE,
        /** A folder, or a pipeline in the store of models. The gateway sends it as a zip. */
        FOLDER
    }

    /**
     * Downloads an algorithm's zip.
     *
     * @param gid the id of the plug-in
     * @param cid the id of the algorithm
     * @param target the file to write; it must not exist yet
     * @param cancellation stops the download
     * @return the SHA-256 of the written file, in lower-case hex
     * @throws sg.aiverify.worker.failure.TaskFailedException if the gateway has no such algorithm
     */
    String downloadAlgorithm(String gid, String cid, Path target, Cancellation cancellation);

    /**
     * Downloads a model or dataset. A folder is downloaded as a zip.
     *
     * @param store the store of the file
     * @param name the name in this store
     * @param target the file to write; it must not exist yet
     * @param cancellation stops the download
     * @return the SHA-256 of the written file, in lower-case hex
     * @throws sg.aiverify.worker.failure.TaskFailedException if the gateway has no such file
     */
    String download(Store store, String name, Path target, Cancellation cancellation);

    /**
     * Requests the type of a model or dataset.
     *
     * @param store the store of the file
     * @param name the name in this store
     * @param cancellation stops the request
     * @return the type; empty if the gateway does not report it
     */
    Optional<FileType> fileType(Store store, String name, Cancellation cancellation);

    /**
     * Requests the state of a run.
     *
     * @param runId the id of the run
     * @param cancellation stops the request
     * @return the run's status and progress
     */
    RunState state(String runId, Cancellation cancellation);

    /**
     * Reports the progress of a run. This call is never retried, since the next value follows soon.
     *
     * @param runId the id of the run
     * @param percent the progress in percent, 1 to 100
     * @return false if the run is no longer pending
     */
    boolean progress(String runId, int percent);

    /**
     * Stores the error of a run.
     *
     * @param runId the id of the run
     * @param message the error message
     * @param cancellation stops the request
     * @return false if nothing was stored, since the run is unknown or has already ended without an error
     */
    boolean fail(String runId, String message, Cancellation cancellation);

    /**
     * Decides whether an upload may be completed, right before its last bytes are sent. Also receives failures of
     * uploads.
     */
    @FunctionalInterface
    interface UploadGuard {
        /**
         * Confirms that this worker has the right to report the run. Throws an exception otherwise.
         *
         * @return false if another worker may have reported the run since the last request for the run's status; the
         *     status is then requested again
         */
        boolean confirm();

        /**
         * Receives the problem of a failed attempt, unless the content of the result is the reason. The upload may be
         * retried.
         *
         * @param problem the problem, as a phrase that follows the name of the gateway
         */
        default void noteFailure(String problem) {}
    }

    /**
     * Stores a result once. Before the last bytes are sent, this method requests the run's status and then calls the
     * guard. If the gateway may have stored the result (after a timeout, a lost connection or a 5xx), the status is
     * requested again before the next attempt.
     *
     * @param runId the id of the run
     * @param archive the zip to upload
     * @param guard called right before the last bytes are sent; they are not sent if the guard throws an exception
     * @param cancellation stops the upload
     * @return false if this call stored nothing, since the run is no longer pending
     * @throws sg.aiverify.worker.failure.TaskFailedException if the gateway refuses the content of the result
     */
    boolean upload(String runId, Path archive, UploadGuard guard, Cancellation cancellation);
}
