package sg.aiverify.worker.cache;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.io.IOException;
import java.nio.file.Path;
import org.apiguardian.api.API;
import sg.aiverify.worker.run.Cancellation;

/**
 * Directories that are made once, by what they hold, and used by many runs and worker processes. Thread-safe.
 *
 * <p>An entry is never half-made: it is filled under a temporary name and moved into place when it is complete. It is
 * never filled twice at once, and never removed while somebody uses it.
 */
@API(status = EXPERIMENTAL, since = "1.0")
public interface ContentCache {
    /**
     * Finds an entry, or makes it.
     *
     * @param kind what sort of entry, a plain file name, for example {@code models}
     * @param key what identifies its content, a plain file name, for example a SHA-256 in hex
     * @param cancellation stops the waiting for another run or process that is making the same entry
     * @param filler makes the entry if it is not there
     * @return the entry, in use until it is closed
     * @throws InterruptedException if the run is stopped
     * @throws sg.aiverify.worker.failure.InfrastructureException if the disk fails or is full
     */
    CacheEntry obtain(String kind, String key, Cancellation cancellation, Filler filler) throws InterruptedException;

    /**
     * Tells that what runs on this machine could write to entries, because no sandbox keeps it from that: from now on
     * each entry is looked at before it is used, and made anew if anybody has changed it.
     */
    default void distrust() {}

    /** Makes an entry. */
    @FunctionalInterface
    interface Filler {
        /**
         * Fills an empty directory. What it throws reaches the caller of {@link #obtain}, an {@link IOException} as an
         * {@link sg.aiverify.worker.failure.InfrastructureException}; the directory is deleted then.
         *
         * @param directory an empty directory on the cache's disk, not yet under its final name
         * @throws IOException if the disk fails
         * @throws InterruptedException if the run is stopped
         */
        void fill(Path directory) throws IOException, InterruptedException;
    }
}
