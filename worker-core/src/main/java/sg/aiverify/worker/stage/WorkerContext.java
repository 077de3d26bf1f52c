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

/** What the worker offers to its modules. Thread-safe. */
@API(status = STABLE, since = "1.0")
public interface WorkerContext {
    /**
     * Gives the configuration.
     *
     * @return the worker's settings
     */
    Settings settings();

    /**
     * Gives the environment variables for the programs that modules start. They are no settings, but what is beside them:
     * the path on which programs are found, proxies, package indexes, locales.
     *
     * @return those that the worker was given; none by default
     */
    default Map<String, String> variables() {
        return Map.of();
    }

    /**
     * Gives the worker's data directory, which several worker processes may share.
     *
     * @return an existing, absolute path
     */
    Path dataDirectory();

    /**
     * Gives the cache of downloads.
     *
     * @return the cache below the data directory
     */
    @API(status = EXPERIMENTAL, since = "1.0")
    ContentCache cache();

    /**
     * Gives the gateway. It connects only when it is used.
     *
     * @return a client of the gateway
     */
    Gateway gateway();

    /**
     * Gives the time.
     *
     * @return the worker's clock
     */
    Clock clock();

    /**
     * Lists files that algorithms must never read.
     *
     * @return the files with secrets, by the settings that name them
     */
    default Map<String, Path> secretFiles() {
        return Map.of();
    }
}
