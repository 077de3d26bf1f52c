package sg.aiverify.worker;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import sg.aiverify.worker.cache.internal.DiskContentCache;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.engine.EngineSettings;
import sg.aiverify.worker.gateway.internal.GatewaySettings;
import sg.aiverify.worker.queue.valkey.internal.ValkeySettings;
import sg.aiverify.worker.stage.Stage;

/** The settings of the worker itself, and the list of all settings of worker-core. */
@API(status = EXPERIMENTAL, since = "1.0")
public final class WorkerSettings {
    private static final String DIRECTORIES = "Python and directories";

    /** The directory of the cache and of work files; several workers can share it. */
    public static final Setting<Path> DATA_DIR = Setting.path(
                    "TEWORKER_DATA_DIR", null, "directory of the cache and of work files")
            .inGroup(DIRECTORIES)
            .whenNotSet("`aiverify-worker` in `$XDG_CACHE_HOME` or `~/.cache`")
            .withDetails("""
                    Several workers may share the directory.
                    Its layout is private.
                    It may be deleted while no worker uses it, see [operating.md](operating.md#disk-space).
                    If the worker builds environments there, the file system must not be mounted `noexec`.
                    """);
    /** The directory of jars with further modules. */
    public static final Setting<Path> PLUGIN_DIR = Setting.path(
                    "TEWORKER_PLUGIN_DIR", null, "directory of jars with further modules")
            .inGroup(DIRECTORIES)
            .withDetails("See [pipelines.md](pipelines.md).");

    private static final Setting<String> XDG_CACHE_HOME =
            Setting.text("XDG_CACHE_HOME", null, "the user's cache directory (XDG Base Directory Specification)");

    private WorkerSettings() {}

    /**
     * Lists the settings of worker-core, without those of modules.
     *
     * @return the settings, in the order of the documentation
     */
    public static List<Setting<?>> all() {
        return Stream.of(
                        Stream.<Setting<?>>of(DATA_DIR, PLUGIN_DIR),
                        Stream.of(Stage.values()).map(Stage::setting),
                        EngineSettings.all().stream(),
                        GatewaySettings.settings().stream(),
                        ValkeySettings.all().stream(),
                        Stream.of(DiskContentCache.MAX_MB))
                .<Setting<?>>flatMap(settings -> settings)
                .toList();
    }

    /**
     * Returns the data directory.
     *
     * @param settings the settings
     * @return the absolute path of the directory, which may not exist yet
     */
    public static Path dataDirectory(Settings settings) {
        Path directory = settings.find(DATA_DIR)
                .orElseGet(() -> settings.find(XDG_CACHE_HOME)
                        .map(text -> FileNames.path(XDG_CACHE_HOME.name(), text))
                        // The specification requires that relative paths are ignored; a path with ~ is relative.
                        .filter(Path::isAbsolute)
                        .orElseGet(() -> FileNames.home().resolve(".cache"))
                        .resolve("aiverify-worker"));
        return FileNames.absolute(directory).normalize();
    }
}
