package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;
import static org.apiguardian.api.API.Status.STABLE;

import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.apiguardian.api.API;
import sg.aiverify.worker.cache.ContentCache;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.gateway.Gateway;

/** The worker's services for its modules. Thread-safe. */
@API(status = STABLE, since = "1.0")
public interface WorkerContext {
    /**
     * Returns the worker's settings.
     *
     * @return the settings
     */
    Settings settings();

    /**
     * Returns the environment variables for programs that modules start, for example {@code PATH}, proxies, package
     * indexes and locales. They do not include the worker's settings.
     *
     * @return the variables; empty by default
     */
    default Map<String, String> variables() {
        return Map.of();
    }

    /**
     * Returns the worker's data directory, which several worker processes may share.
     *
     * @return an existing, absolute path
     */
    Path dataDirectory();

    /**
     * Returns the cache of downloads.
     *
     * @return the cache below the data directory
     */
    @API(status = EXPERIMENTAL, since = "1.0")
    ContentCache cache();

    /**
     * Returns the client of the gateway. The client connects when it is first used.
     *
     * @return the client
     */
    Gateway gateway();

    /**
     * Returns the worker's clock.
     *
     * @return the clock
     */
    Clock clock();

    /**
     * Returns the files that algorithms must never read.
     *
     * @return the files with secrets; the keys are the names of the settings that contain the files' paths
     */
    default Map<String, Path> secretFiles() {
        return Map.of();
    }
}
