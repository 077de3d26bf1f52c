package sg.aiverify.worker.plugin;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.WorkerException;
import sg.aiverify.worker.pipeline.BuildPipe;
import sg.aiverify.worker.pipeline.DownloadPipe;
import sg.aiverify.worker.pipeline.ErrorPipe;
import sg.aiverify.worker.pipeline.ExecutePipe;
import sg.aiverify.worker.pipeline.Pipe;
import sg.aiverify.worker.pipeline.PipeHost;
import sg.aiverify.worker.pipeline.PipeProvider;
import sg.aiverify.worker.pipeline.Pipeline;
import sg.aiverify.worker.pipeline.Stage;
import sg.aiverify.worker.pipeline.UploadPipe;
import sg.aiverify.worker.pipeline.ValidateInputPipe;

/** All modules that are there, by stage and name. Not thread-safe; used at start only. */
public final class ProviderCatalog {
    private static final Logger log = LogManager.getLogger(ProviderCatalog.class);

    private final Map<Stage, Map<String, Found>> byStage = new EnumMap<>(Stage.class);

    private record Found(PipeProvider provider, String origin) {
        @Override
        public String toString() {
            return provider.getClass().getName() + " from " + origin;
        }
    }

    /** Creates an empty catalog. */
    public ProviderCatalog() {}

    /**
     * Adds a module.
     *
     * @param provider what offers it
     * @param origin where it comes from, for the log: a jar or a class path
     * @return this catalog
     * @throws ConfigurationException if there is one of the same stage and name; names both
     */
    public ProviderCatalog add(PipeProvider provider, String origin) {
        Found found = new Found(provider, origin);
        Found other = byStage.computeIfAbsent(provider.stage(), stage -> new TreeMap<>())
                .putIfAbsent(provider.name(), found);
        if (other != null) {
            throw new ConfigurationException("Two modules are named " + provider.name() + " for the stage "
                    + provider.stage().wireName() + ": " + other + ", and " + found + "; remove one of them");
        }
        log.debug(
                "Module {}:{} version {} from {}",
                provider.stage().wireName(),
                provider.name(),
                provider.version(),
                origin);
        return this;
    }

    /**
     * Lists every setting that some module knows.
     *
     * @return settings, in no particular order
     */
    public Collection<Setting<?>> settings() {
        List<Setting<?>> all = new ArrayList<>();
        byStage.values()
                .forEach(stage -> stage.values()
                        .forEach(found -> all.addAll(found.provider().settings())));
        return all;
    }

    /**
     * Creates the modules that the settings pick.
     *
     * @param settings holds the {@code PIPELINE_*} variables
     * @param host what the worker offers to its pipes
     * @return one pipe for each stage
     * @throws ConfigurationException if a name is unknown, listing what there is; or if modules do not fit together
     */
    public Pipeline<?> create(Settings settings, PipeHost host) {
        List<String> unknown = new ArrayList<>();
        Map<Stage, Found> picked = new EnumMap<>(Stage.class);
        for (Stage stage : Stage.values()) {
            Map<String, Found> there = byStage.getOrDefault(stage, Map.of());
            String name = settings.get(stage.setting());
            Found found = there.get(name);
            if (found == null) {
                unknown.add(stage.setting() + "=" + name + ": there is no such module for the stage "
                        + stage.wireName() + "; there is: "
                        + (there.isEmpty() ? "none" : String.join(", ", there.keySet())));
            } else {
                picked.put(stage, found);
            }
        }
        if (!unknown.isEmpty()) {
            throw new ConfigurationException(unknown);
        }
        log.info(
                "Modules: {}",
                picked.entrySet().stream()
                        .map(e -> e.getKey().wireName() + "="
                                + e.getValue().provider().name() + " "
                                + e.getValue().provider().version() + " ("
                                + e.getValue().origin() + ")")
                        .collect(Collectors.joining(", ")));
        return Pipeline.of(
                create(picked, Stage.DOWNLOAD, DownloadPipe.class, host),
                create(picked, Stage.PIPELINE_BUILD, BuildPipe.class, host),
                create(picked, Stage.VALIDATE_INPUT, ValidateInputPipe.class, host),
                create(picked, Stage.PIPELINE_EXECUTE, ExecutePipe.class, host),
                create(picked, Stage.UPLOAD, UploadPipe.class, host),
                create(picked, Stage.PIPELINE_ERROR, ErrorPipe.class, host));
    }

    private static <P extends Pipe> P create(Map<Stage, Found> picked, Stage stage, Class<P> type, PipeHost host) {
        Found found = picked.get(stage);
        Pipe pipe;
        try {
            pipe = ForeignCalls.in(
                    found.provider().getClass().getClassLoader(),
                    () -> found.provider().create(host));
        } catch (WorkerException e) {
            throw e;
        } catch (RuntimeException | LinkageError e) {
            throw broken(stage, found, "failed to start: " + e, e);
        }
        if (!type.isInstance(pipe)) {
            throw broken(stage, found, "gave a " + pipe.getClass().getName() + ", which is no " + type.getName(), null);
        }
        return type.cast(pipe);
    }

    private static ConfigurationException broken(Stage stage, Found found, String what, @Nullable Throwable cause) {
        return new ConfigurationException(
                List.of("The module " + found.provider().name() + " of the stage " + stage.wireName() + " (" + found
                        + ") " + what),
                cause);
    }
}
