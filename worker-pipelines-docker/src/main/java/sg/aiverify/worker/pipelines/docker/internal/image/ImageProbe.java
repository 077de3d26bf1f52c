package sg.aiverify.worker.pipelines.docker.internal.image;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.algorithm.Algorithm;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.pipelines.docker.internal.engine.ContainerExit;
import sg.aiverify.worker.pipelines.docker.internal.engine.ContainerOutput;
import sg.aiverify.worker.pipelines.docker.internal.engine.DockerEngine;
import sg.aiverify.worker.pipelines.docker.internal.engine.Labels;
import sg.aiverify.worker.pipelines.docker.internal.engine.TarSource;
import sg.aiverify.worker.pipelines.docker.internal.engine.UnprivilegedContainer;
import sg.aiverify.worker.python.OutputTail;
import sg.aiverify.worker.python.PythonScripts;
import sg.aiverify.worker.python.SupervisorOutput;
import sg.aiverify.worker.run.RunContext;

/** Finds the requirements of an algorithm that an image does not meet. Uses a container without a network. */
public final class ImageProbe {
    /** The requirement that every image must meet. */
    static final String ENGINE = "aiverify-test-engine>=2.2";

    private static final long MEMORY_BYTES = 512L << 20;
    private static final long PIDS = 64;
    private static final int REMEMBERED = 1000;
    private static final String DIRECTORY = "/tmp/aiverify-probe";
    private static final String NAME = DIRECTORY.substring(1);
    private final DockerEngine engine;
    private final PythonScripts core;
    private final PythonScripts scripts;
    private final Map<String, ImageRequirements> known = new ConcurrentHashMap<>();

    public ImageProbe(DockerEngine engine, PythonScripts core, PythonScripts scripts) {
        this.engine = engine;
        this.core = core;
        this.scripts = scripts;
    }

    /** Compares the requirements of an algorithm with an image; caches the result by the content of both. */
    public ImageRequirements find(String image, Algorithm algorithm, RunContext run) throws InterruptedException {
        String key = image + " " + algorithm.contentHash();
        ImageRequirements remembered = known.get(key);
        if (remembered != null) {
            return remembered;
        }
        String container = engine.call(
                "create a container of the base image",
                () -> engine.client()
                        .createContainerCmd(image)
                        .withLabels(Map.of(Labels.KIND, Labels.PROBE))
                        .withUser("65534:65534")
                        .withHostConfig(UnprivilegedContainer.hostConfig()
                                .withMemory(MEMORY_BYTES)
                                .withPidsLimit(PIDS))
                        .withEntrypoint(
                                "python3", "-B", DIRECTORY + "/image_probe.py", DIRECTORY + "/pyproject.toml", ENGINE)
                        .withCmd(new String[0])
                        .exec()
                        .getId());
        try {
            copyIn(container, algorithm);
            ImageRequirements requirements = ImageRequirements.of(response(container, run));
            if (known.size() >= REMEMBERED) {
                known.clear();
            }
            known.put(key, requirements);
            return requirements;
        } finally {
            engine.removeContainer(container);
        }
    }

    private void copyIn(String container, Algorithm algorithm) {
        Path pyproject = algorithm.directory().resolve("pyproject.toml");
        TarSource.send(
                entries -> {
                    entries.directory(NAME, 0, 0);
                    entries.tree(NAME + "/requirements.py", core.path("requirements.py"));
                    entries.tree(NAME + "/image_probe.py", scripts.path("image_probe.py"));
                    if (Files.isRegularFile(pyproject)) {
                        entries.tree(NAME + "/pyproject.toml", pyproject);
                    }
                },
                tar -> engine.callOnce(
                        "copy into a container",
                        () -> engine.client()
                                .copyArchiveToContainerCmd(container)
                                .withTarInputStream(tar)
                                .withRemotePath("/")
                                .exec()));
    }

    private JsonObject response(String container, RunContext run) throws InterruptedException {
        AtomicReference<@Nullable String> response = new AtomicReference<>();
        OutputTail errors = new OutputTail();
        int code;
        try (ContainerExit exit = new ContainerExit();
                ContainerOutput output = new ContainerOutput(new SupervisorOutput(response::set), errors)) {
            engine.call(
                    "start a container of the base image",
                    () -> engine.client().startContainerCmd(container).exec());
            engine.client().waitContainerCmd(container).exec(exit);
            code = exit.await(engine, run.cancellation());
            engine.client()
                    .logContainerCmd(container)
                    .withStdOut(true)
                    .withStdErr(true)
                    .withFollowStream(false)
                    .exec(output);
            output.awaitRest();
        } catch (java.io.IOException e) {
            throw engine.failure("run a container of the base image", e);
        }
        String line = response.get();
        try {
            if (code == 0 && line != null) {
                JsonObject result = JsonParser.parseString(line).getAsJsonObject();
                if (result.has("problem")) {
                    throw new TaskFailedException("Failed to build docker environment: "
                            + result.get("problem").getAsString());
                }
                return result;
            }
        } catch (JsonParseException | IllegalStateException e) {
            errors.addLine(line);
        }
        throw new InfrastructureException(FailureText.withOutput(
                "Failed to build docker environment: python3 in the base image could not list its packages, exit code "
                        + code,
                errors.text()));
    }
}
