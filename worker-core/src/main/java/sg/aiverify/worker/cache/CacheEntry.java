package sg.aiverify.worker.cache;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.nio.file.Path;
import org.apiguardian.api.API;

/** A complete entry of a cache. It is in use, and therefore not evicted, until it is closed. Thread-safe. */
@API(status = EXPERIMENTAL, since = "1.0")
public interface CacheEntry extends AutoCloseable {
    /**
     * Returns the entry's directory. Its content must not be changed.
     *
     * @return an absolute path
     */
    Path directory();

    /** Ends the use of the entry. Further calls do nothing. */
    @Override
    void close();
}
