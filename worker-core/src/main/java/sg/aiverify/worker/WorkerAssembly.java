package sg.aiverify.worker;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.cache.internal.DiskContentCache;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.config.internal.Secrets;
import sg.aiverify.worker.engine.Engine;
import sg.aiverify.worker.engine.EngineSettings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.gateway.internal.GatewaySettings;
import sg.aiverify.worker.gateway.internal.HttpGateway;
import sg.aiverify.worker.listener.internal.RunListeners;
import sg.aiverify.worker.plugin.internal.ProviderCatalog;
import sg.aiverify.worker.plugin.internal.ProviderDiscovery;
import sg.aiverify.worker.queue.valkey.internal.ValkeyTaskQueue;
import sg.aiverify.worker.run.internal.ResourceStack;
import sg.aiverify.worker.stage.internal.StageModules;

/**
 * Assembles the parts of a worker. After a problem with one part, the others are still checked, so that all problems
 * are reported at once. An instance assembles only one worker.
 */
final class WorkerAssembly {
    private final Worker.Builder described;
    private final Problems problems = new Problems();
    /** Closed if the assembly fails, otherwise together with the worker. */
    private final ResourceStack resources = new ResourceStack();

    WorkerAssembly(Worker.Builder described) {
        this.described = described;
    }

    /**
     * Assembles a worker.
     *
     * @throws ConfigurationException if the configuration is invalid; the message lists all problems
     */
    WorkerParts assemble() {
        Optional<StageModules<?>> modules = Optional.empty();
        try {
            ProviderDiscovery discovery = new ProviderDiscovery();
            resources.add(discovery);
            ProviderCatalog catalog = catalog(discovery);
            List<Setting<?>> known = Stream.<Setting<?>>concat(
                            WorkerSettings.all().stream(), catalog.settings().stream())
                    .distinct()
                    .toList();
            Settings settings = settings(catalog, known);
            @Nullable ValkeyTaskQueue ownQueue = described.queue == null ? ownQueue(settings) : null;
            Path data = DataDirectory.prepare(settings, problems, resources);
            DiskContentCache cache = DiskContentCache.open(data.resolve("cache"), settings, described.clock);
            resources.add(cache);
            HttpGateway gateway = gateway(settings);
            ModuleContext context = moduleContext(settings, known, data, cache, gateway);
            modules = problems.in(() -> catalog.create(settings, context));
            problems.throwIfAny();
            Engine engine = engine(modules.orElseThrow(), settings, known, data);
            return new WorkerParts(
                    known,
                    discovery.plugIns(),
                    catalog.picked(settings),
                    modules.orElseThrow(),
                    described.queue == null ? Objects.requireNonNull(ownQueue) : described.queue,
                    ownQueue,
                    engine,
                    resources);
        } catch (RuntimeException e) {
            modules.ifPresent(StageModules::close);
            resources.closeAfter(e);
            throw e;
        }
    }

    private ProviderCatalog catalog(ProviderDiscovery discovery) {
        ProviderCatalog catalog = new ProviderCatalog();
        described.providers.forEach(provider -> catalog.add(provider, "the embedding program"));
        discovery.addInstalled(catalog);
        problems.in(() -> described.settings.find(WorkerSettings.PLUGIN_DIR))
                .flatMap(directory -> directory)
                .ifPresent(directory -> problems.in(() -> {
                    discovery.addJars(directory, catalog);
                    return directory;
                }));
        return catalog;
    }

    /** Returns the settings with defaults instead of invalid values, so that everything else can be checked. */
    private Settings settings(ProviderCatalog catalog, List<Setting<?>> known) {
        problems.addAll(described.settings.problems(WorkerSettings.all()));
        problems.addAll(described.settings.problems(catalog.settingsOfPicked(described.settings)));
        Settings allowed = described.settings.usable(known);
        problems.addAll(catalog.unknownModules(allowed).values());
        return catalog.withKnownModules(allowed);
    }

    private @Nullable ValkeyTaskQueue ownQueue(Settings settings) {
        Optional<ValkeyTaskQueue> queue = problems.in(() -> ValkeyTaskQueue.from(settings));
        queue.ifPresent(resources::add);
        return queue.orElse(null);
    }

    private HttpGateway gateway(Settings settings) {
        HttpGateway gateway = problems.in(() -> HttpGateway.of(settings, described.waiting))
                .orElseGet(() -> new HttpGateway(
                        new GatewaySettings(settings.get(GatewaySettings.APIGW_URL)), described.waiting));
        resources.add(gateway);
        return gateway;
    }

    private ModuleContext moduleContext(
            Settings settings, List<Setting<?>> known, Path data, DiskContentCache cache, HttpGateway gateway) {
        return new ModuleContext(
                settings,
                described.variables,
                data,
                cache,
                gateway,
                described.clock,
                Secrets.files(settings, secrets(known)));
    }

    private Engine engine(StageModules<?> modules, Settings settings, List<Setting<?>> known, Path data) {
        return new Engine(
                modules,
                EngineSettings.from(settings),
                data.resolve("runs"),
                described.clock.getZone(),
                Secrets.of(described.settings, secrets(known)),
                new RunListeners(described.listeners),
                described.waiting);
    }

    /**
     * Returns all settings that can be secret: those of the worker and its modules, and those of the embedding program.
     */
    private List<Setting<?>> secrets(List<Setting<?>> known) {
        return Stream.concat(known.stream(), described.secrets.stream()).toList();
    }
}
