package sg.aiverify.worker.pipelines.docker;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apiguardian.api.API;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.files.internal.FileLocks;
import sg.aiverify.worker.isolation.Isolation;
import sg.aiverify.worker.pipelines.docker.internal.cleanup.ImageCleanupTimer;
import sg.aiverify.worker.pipelines.docker.internal.cleanup.ImageUses;
import sg.aiverify.worker.pipelines.docker.internal.cleanup.UnusedImages;
import sg.aiverify.worker.pipelines.docker.internal.engine.ClientConfiguration;
import sg.aiverify.worker.pipelines.docker.internal.engine.DockerEngine;
import sg.aiverify.worker.pipelines.docker.internal.engine.Labels;
import sg.aiverify.worker.pipelines.docker.internal.image.BaseImage;
import sg.aiverify.worker.pipelines.docker.internal.image.ImageBuilder;
import sg.aiverify.worker.pipelines.docker.internal.image.ImageProbe;
import sg.aiverify.worker.pipelines.docker.internal.image.ImageStore;
import sg.aiverify.worker.pipelines.docker.internal.image.Registry;
import sg.aiverify.worker.pipelines.docker.internal.image.RegistryCredentials;
import sg.aiverify.worker.pipelines.docker.internal.image.Wheels;
import sg.aiverify.worker.pipelines.docker.internal.settings.DockerSettings;
import sg.aiverify.worker.python.InterpreterFinder;
import sg.aiverify.worker.python.PackageInstaller;
import sg.aiverify.worker.python.PythonScripts;
import sg.aiverify.worker.stage.ImageEnvironment;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.stage.StageModule;
import sg.aiverify.worker.stage.WorkerContext;

/** Provides {@code docker_build}. */
@API(status = EXPERIMENTAL, since = "1.0")
public final class DockerBuildProvider implements ModuleProvider {
    @Override
    public Stage stage() {
        return Stage.PIPELINE_BUILD;
    }

    @Override
    public String name() {
        return "docker_build";
    }

    @Override
    public Collection<Setting<?>> settings() {
        List<Setting<?>> settings = new ArrayList<>(DockerSettings.ofEngine());
        settings.addAll(List.of(
                DockerSettings.BASE_IMAGE,
                ImageEnvironment.REGISTRY,
                InterpreterFinder.PYTHON,
                Isolation.SANDBOX,
                DockerSettings.IMAGES_MAX_AGE_DAYS,
                DockerSettings.IMAGES_MAX_MB));
        return settings;
    }

    @Override
    public StageModule create(WorkerContext context) {
        DockerSettings settings = DockerSettings.from(context.settings());
        PythonScripts core = PythonScripts.ofCore(context.dataDirectory());
        PythonScripts scripts = PythonScripts.of(ImageProbe.class, List.of("image_probe.py"), context.dataDirectory());
        DockerEngine engine = DockerEngine.open(context.settings());
        try {
            BaseImage base = new BaseImage(new ImageStore(engine), settings.baseImage());
            base.check();
            Wheels wheels = new Wheels(
                    context.cache(),
                    context.settings(),
                    new PackageInstaller(core, context.settings(), context.dataDirectory(), context.variables(), false),
                    new InterpreterFinder(core, context.variables()));
            Path directory = context.dataDirectory().resolve("docker");
            FileLocks locks = new FileLocks(directory.resolve("locks"));
            ImageUses uses = new ImageUses(directory.resolve("image-uses"), locks, context.clock());
            ImageCleanupTimer imageCleanup = new ImageCleanupTimer(
                    new UnusedImages(engine, Labels.CONTENT, settings.baseImage(), uses, context.clock()),
                    limits(context.settings()));
            imageCleanup.start();
            ImageProbe probe = new ImageProbe(engine, core, scripts);
            Registry registry =
                    new Registry(engine, new RegistryCredentials(ClientConfiguration.from(context.settings())));
            return new DockerBuild(
                    engine,
                    settings,
                    base,
                    registry,
                    probe,
                    wheels,
                    new ImageBuilder(engine, core.path("packages.py")),
                    locks,
                    uses,
                    imageCleanup);
        } catch (RuntimeException e) {
            engine.close();
            throw e;
        }
    }

    private static UnusedImages.Limits limits(Settings settings) {
        return new UnusedImages.Limits(
                settings.find(DockerSettings.IMAGES_MAX_AGE_DAYS)
                        .map(Duration::ofDays)
                        .orElse(null),
                settings.find(DockerSettings.IMAGES_MAX_MB)
                        .map(megabytes -> (long) megabytes << 20)
                        .orElse(null));
    }
}
