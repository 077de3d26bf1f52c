package sg.aiverify.worker.cache;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.nio.file.Path;
import org.apiguardian.api.API;

/** A complete entry of a cache, in use and therefore safe from eviction until it is closed. Thread-safe. */
@API(status = EXPERIMENTAL, since = "1.0")
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
