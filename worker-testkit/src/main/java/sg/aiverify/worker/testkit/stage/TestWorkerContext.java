package sg.aiverify.worker.testkit.stage;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.apiguardian.api.API;
import sg.aiverify.worker.cache.ContentCache;
import sg.aiverify.worker.cache.internal.DiskContentCache;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.gateway.Gateway;
import sg.aiverify.worker.stage.WorkerContext;

/** The services that a worker offers to its modules, except the gateway. Thread-safe. */
@API(status = EXPERIMENTAL, since = "1.0")
public final class TestWorkerContext implements WorkerContext, AutoCloseable {
    private final Path dataDirectory;
    private final Settings settings;
    private final DiskContentCache cache;
    private final Map<String, String> variables;

    private TestWorkerContext(
            Path dataDirectory, Settings settings, DiskContentCache cache, Map<String, String> variables) {
        this.variables = Map.copyOf(variables);
        this.dataDirectory = dataDirectory;
        this.settings = settings;
        this.cache = cache;
    }

    /**
     * Opens a data directory with a cache. Programs get the environment variables of this process.
     *
     * @param dataDirectory the directory; created if it does not exist
     * @param settings the modules' settings
     * @return the context; close it after the modules
     */
    public static TestWorkerContext open(Path dataDirectory, Settings settings) {
        try {
            Path data = Files.createDirectories(dataDirectory.toAbsolutePath());
            DiskContentCache cache = DiskContentCache.open(data.resolve("cache"), settings, Clock.systemUTC());
            return new TestWorkerContext(data, settings, cache, System.getenv());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Returns a context with other settings, for the same data directory and cache.
     *
     * @param others the modules' settings
     * @return a context with the same cache; close only one of the two
     */
    public TestWorkerContext with(Settings others) {
        return new TestWorkerContext(dataDirectory, others, cache, variables);
    }

    /**
     * Returns a context with other environment variables, for the same data directory and cache.
     *
     * @param others the environment variables of the programs that modules start
     * @return a context with the same cache; close only one of the two
     */
    public TestWorkerContext withVariables(Map<String, String> others) {
        return new TestWorkerContext(dataDirectory, settings, cache, others);
    }

    @Override
    public Settings settings() {
        return settings;
    }

    @Override
    public Map<String, String> variables() {
        return variables;
    }

    @Override
    public Path dataDirectory() {
        return dataDirectory;
    }

    @Override
    public ContentCache cache() {
        return cache;
    }

    @Override
    public Gateway gateway() {
        throw new UnsupportedOperationException("tests of a single stage have no gateway");
    }

    @Override
    public Clock clock() {
        return Clock.systemUTC();
    }

    @Override
    public void close() {
        cache.close();
    }
}
