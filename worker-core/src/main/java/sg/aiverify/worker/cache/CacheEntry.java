package sg.aiverify.worker.cache;

import java.nio.file.Path;

/** A complete entry of a cache, in use and therefore safe from eviction until it is closed. Thread-safe. */
public interface CacheEntry extends AutoCloseable {
    /**
     * Gives the entry's directory. It must not be written to.
     *
     * @return an absolute path
     */
    Path directory();

    /** Ends the use; further calls do nothing. */
    @Override
    void close();
}
