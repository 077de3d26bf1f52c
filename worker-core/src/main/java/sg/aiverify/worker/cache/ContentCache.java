package sg.aiverify.worker.cache;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.io.IOException;
import java.nio.file.Path;
import org.apiguardian.api.API;
import sg.aiverify.worker.run.Cancellation;

/**
 * A cache of directories, identified by their content. Each is created once, and used by many runs and worker
 * processes. Thread-safe.
 *
 * <p>An entry is always complete: it is filled under a temporary name, and then moved to its place. It is never filled
 * twice at the same time, and never removed while a run uses it.
 */
@API(status = EXPERIMENTAL, since = "1.0")
public interface ContentCache {
    /**
     * Returns an entry. Creates it if it does not exist.
     *
     * @param kind the kind of the entry, a plain file name, for example {@code models}
     * @param key the key of the entry's content, a plain file name, for example a SHA-256 in hex
     * @param cancellation stops the wait for another run or process that is creating the same entry
     * @param filler fills the entry if it does not exist
     * @return the entry, in use until it is closed
     * @throws InterruptedException if the run is stopped
     * @throws sg.aiverify.worker.failure.InfrastructureException if the disk fails or is full
     */
    CacheEntry obtain(String kind, String key, Cancellation cancellation, Filler filler) throws InterruptedException;

    /**
     * Reports that algorithms on this machine run without a sandbox, and could therefore write to entries. From now on
     * each entry is checked before its use, and created again if it has been changed.
     */
    default void distrust() {}

    /** Fills a new entry. */
    @FunctionalInterface
    interface Filler {
        /**
         * Fills an empty directory. If this method throws an exception, the directory is deleted, and {@link #obtain}
         * throws the same exception; it converts an {@link IOException} to an
         * {@link sg.aiverify.worker.failure.InfrastructureException}.
         *
         * @param directory an empty directory on the cache's disk, not yet under its final name
         * @throws IOException if the disk fails
         * @throws InterruptedException if the run is stopped
         */
        void fill(Path directory) throws IOException, InterruptedException;
    }
}
