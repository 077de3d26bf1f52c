package sg.aiverify.worker.pipelines.docker;

import com.github.dockerjava.api.model.HostConfig;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.algorithm.Algorithm;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.python.OutputTail;
import sg.aiverify.worker.python.PythonScripts;
import sg.aiverify.worker.python.SupervisorOutput;
import sg.aiverify.worker.run.RunContext;

/** Asks the Python of an image, in a container without network, what of an algorithm's requirements it lacks. */
final class ImageProbe {
    /** The kind of the containers; nothing of a run is in them, so no claim goes with them. */
    static final String KIND = "probe";

    /** What every image must have. */
    static final String ENGINE = "aiverify-test-engine>=2.2";

    private static final Duration OUTPUT_GRACE = Duration.ofSeconds(5);
    private static final long MEMORY_BYTES = 512L << 20;
    private static final long PIDS = 64;
    private static final int REMEMBERED = 1000;
    private static final String DIRECTORY = "/tmp/aiverify-probe";
    private static final String NAME = DIRECTORY.substring(1);
    private final DockerEngine engine;
    private final PythonScripts core;
    private final PythonScripts own;
    private final Map<String, ImageRequirements> known = new ConcurrentHashMap<>();

    ImageProbe(DockerEngine engine, PythonScripts core, PythonScripts own) {
        this.engine = engine;
        this.core = core;
        this.own = own;
    }

    ImageRequirements ask(String image, Algorithm algorithm, RunContext run) throws InterruptedException {
        String key = image + " " + algorithm.contentHash();
        ImageRequirements remembered = known.get(key);
        if (remembered != null) {
            return remembered;
        }
        String container = engine.call(
                "create a container of the base image",
                () -> engine.client()
                        .createContainerCmd(image)
                        .withLabels(Map.of(Labels.KIND, KIND))
                        .withUser("65534:65534")
                        .withHostConfig(HostConfig.newHostConfig()
                                .withNetworkMode("none")
                                .withCapDrop(SandboxMaker.ALL_CAPABILITIES)
                                .withSecurityOpts(List.of("no-new-privileges"))
                                .withMemory(MEMORY_BYTES)
                                .withPidsLimit(PIDS))
                        .withEntrypoint(
                                "python3", "-B", DIRECTORY + "/image_probe.py", DIRECTORY + "/pyproject.toml", ENGINE)
                        .withCmd(new String[0])
                        .exec()
                        .getId());
        try {
            copyIn(container, algorithm);
            ImageRequirements requirements = ImageRequirements.of(answer(container, run));
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
                    entries.tree(NAME + "/image_probe.py", own.path("image_probe.py"));
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

    private JsonObject answer(String container, RunContext run) throws InterruptedException {
        AtomicReference<@Nullable String> answer = new AtomicReference<>();
        OutputTail errors = new OutputTail();
        int code;
        try (ContainerExit exit = new ContainerExit();
                ContainerOutput output = new ContainerOutput(new SupervisorOutput(answer::set), errors)) {
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
            output.awaitEnd(OUTPUT_GRACE.toMillis());
        } catch (java.io.IOException e) {
            throw engine.failure("run a container of the base image", e);
        }
        String line = answer.get();
        try {
            if (code == 0 && line != null) {
                JsonObject told = JsonParser.parseString(line).getAsJsonObject();
                if (told.has("problem")) {
                    throw new TaskFailedException("Failed to build docker environment: "
                            + told.get("problem").getAsString());
                }
                return told;
            }
        } catch (JsonParseException | IllegalStateException e) {
            errors.addLine(line);
        }
        throw new InfrastructureException(FailureText.withOutput(
                "Failed to build docker environment: the base image's python3 cannot tell what it has, it ended with"
                        + " exit code " + code,
                errors.text()));
    }
}
