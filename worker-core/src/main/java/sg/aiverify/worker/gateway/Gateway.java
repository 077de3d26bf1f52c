package sg.aiverify.worker.gateway;

import static org.apiguardian.api.API.Status.STABLE;

import java.nio.file.Path;
import java.util.Optional;
import org.apiguardian.api.API;
import sg.aiverify.worker.run.Cancellation;

/**
 * The part of the AI Verify API gateway that a worker uses. Thread-safe.
 *
 * <p>Every call retries what may pass (refused connections, 5xx, and the 404 of a run that is not yet committed) with
 * backoff. Every call throws {@link sg.aiverify.worker.failure.ServiceUnavailableException} when the gateway cannot be
 * reached, {@link sg.aiverify.worker.failure.RunCancelledException} when the cancellation stops it, and
 * {@link sg.aiverify.worker.failure.InfrastructureException} for an answer that retries did not mend.
 */
@API(status = STABLE, since = "1.0")
public interface Gateway {
    /** Which of the gateway's stores a file lies in. */
    enum Store {
        /** Models: {@code /storage/models}, {@code /test_models}. */
        MODELS,
        /** Datasets: {@code /storage/datasets}, {@code /test_datasets}. */
        DATASETS
    }

    /** How a file lies in its store. */
    enum FileType {
        /** A plain file, whatever its format. */
        FILE,
        /** A folder (for models also a pipeline), which is sent as a zip. */
        FOLDER
    }

    /**
     * Downloads an algorithm's zip.
     *
     * @param gid the plug-in
     * @param cid the algorithm
     * @param target the file to write; not there yet
     * @param cancellation stops it
     * @return the SHA-256 of what was written, lower-case hex
     * @throws sg.aiverify.worker.failure.TaskFailedException if the gateway has no such algorithm
     */
    String downloadAlgorithm(String gid, String cid, Path target, Cancellation cancellation);

    /**
     * Downloads a model or dataset; a folder comes as a zip.
     *
     * @param store where it lies
     * @param name its name there
     * @param target the file to write; not there yet
     * @param cancellation stops it
     * @return the SHA-256 of what was written, lower-case hex
     * @throws sg.aiverify.worker.failure.TaskFailedException if the gateway has no such file
     */
    String download(Store store, String name, Path target, Cancellation cancellation);

    /**
     * Asks whether a model or dataset is a file or a folder.
     *
     * @param store where it lies
     * @param name its name there
     * @param cancellation stops it
     * @return empty if the gateway does not tell
     */
    Optional<FileType> fileType(Store store, String name, Cancellation cancellation);

    /**
     * Asks where a run stands.
     *
     * @param runId the run
     * @param cancellation stops it
     * @return its status and progress
     */
    RunState state(String runId, Cancellation cancellation);

    /**
     * Tells how far a run is; never retried, since the next value follows.
     *
     * @param runId the run
     * @param percent 1 to 100
     * @return false if the run is no longer pending
     */
    boolean progress(String runId, int percent);

    /**
     * Stores the error of a run.
     *
     * @param runId the run
     * @param message what to tell
     * @param cancellation stops it
     * @return false if the run has another end than an error, or is unknown: nothing is stored then
     */
    boolean fail(String runId, String message, Cancellation cancellation);

    /** Decides, right before a result becomes final, whether the upload may end; hears of trouble on the way there. */
    @FunctionalInterface
    interface UploadGuard {
        /**
         * Goes on only if this worker has the right to report the run.
         *
         * @return false if somebody else may have reported since the run's status was asked: it is asked again
         */
        boolean confirm();

        /**
         * Notes that the gateway has not taken the result, and not because of what is in it. It may be tried again.
         *
         * @param trouble what is wrong
         */
        default void noteFailure(String trouble) {}
    }

    /**
     * Stores a result. The run's status is asked when all but the last bytes are sent, and then the guard; an
     * ambiguous end (timeout, lost connection, 5xx) asks again before it sends again, so that a result is stored once.
     *
     * @param runId the run
     * @param archive the zip to upload
     * @param guard asked last; what it throws keeps the last bytes back
     * @param cancellation stops it
     * @return false if the run is no longer pending: nothing is stored then by this call
     * @throws sg.aiverify.worker.failure.TaskFailedException if the gateway refuses the result for its content
     */
    boolean upload(String runId, Path archive, UploadGuard guard, Cancellation cancellation);
}
