package sg.aiverify.worker.pipelines.docker.internal.image;

import com.github.dockerjava.api.command.BuildImageCmd;
import com.github.dockerjava.api.model.BuildResponseItem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.pipelines.docker.internal.engine.DockerEngine;
import sg.aiverify.worker.pipelines.docker.internal.engine.Labels;
import sg.aiverify.worker.pipelines.docker.internal.engine.TarSource;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.stage.ImageEnvironment;

/** Builds images without a network: all their files are sent to the engine. Thread-safe. */
public final class ImageBuilder {
    private static final String VENV = "/opt/aiverify/venv";

    /** The path of the interpreter in an image to which requirements were added. */
    public static final String PYTHON = VENV + "/bin/python";

    private final DockerEngine engine;
    private final Path packages;

    /**
     * Creates a builder.
     *
     * @param packages the file packages.py of worker-core, which prevents pip from following addresses in wheels
     */
    public ImageBuilder(DockerEngine engine, Path packages) {
        this.engine = engine;
        this.packages = packages;
    }

    /**
     * Builds the image that algorithms with equal requirements share: a virtual environment on top of the base image's
     * packages. No code of the requirements runs during the build. Only the first of two build stages contains the
     * wheels; its label marks the stage's image, so that a cleanup removes it as unused.
     */
    public void requirements(
            String base,
            ImageRequirements requirements,
            Path wheels,
            String name,
            Map<String, String> labels,
            Cancellation cancellation)
            throws InterruptedException {
        String python = requirements.python();
        String dockerfile = """
                FROM %1$s AS build
                LABEL %5$s=stage
                USER 0
                COPY wheels /wheels
                COPY requirements.txt packages.py /wheels/
                RUN ["%2$s", "-m", "venv", "--without-pip", "--system-site-packages", "%3$s"]
                RUN ["%2$s", "-B", "/wheels/packages.py", "pip", "--python", "%4$s", \
                "install", "--disable-pip-version-check", "--no-cache-dir", "--no-index", "--find-links", "/wheels", "--only-binary", ":all:", "--progress-bar", "off", \
                "-r", "/wheels/requirements.txt"]
                RUN ["%2$s", "-B", "/wheels/packages.py", "sees", "%3$s", "aiverify_test_engine"]
                FROM %1$s
                COPY --from=build %3$s %3$s
                """.formatted(base, python, VENV, PYTHON, Labels.CONTENT);
        build(
                entries -> {
                    entries.text("Dockerfile", dockerfile);
                    entries.text("requirements.txt", String.join("\n", requirements.missing()) + "\n");
                    entries.tree("packages.py", packages);
                    entries.tree("wheels", wheels);
                },
                name,
                labels,
                cancellation);
    }

    /** Builds the image of an algorithm on top of the image {@code below}, which meets the algorithm's requirements. */
    public void algorithm(
            String below, Path algorithm, String name, Map<String, String> labels, Cancellation cancellation)
            throws InterruptedException {
        build(
                entries -> {
                    entries.text("Dockerfile", "FROM " + below + "\nCOPY algo " + ImageEnvironment.ALGORITHM + "\n");
                    entries.tree("algo", algorithm);
                },
                name,
                labels,
                cancellation);
    }

    private void build(TarSource.Content context, String name, Map<String, String> labels, Cancellation cancellation)
            throws InterruptedException {
        try (ImageTransfer<BuildResponseItem> transfer = new ImageTransfer<>()) {
            TarSource.send(context, tar -> {
                BuildImageCmd command = engine.client()
                        .buildImageCmd(tar)
                        .withTags(Set.of(name))
                        .withLabels(labels)
                        .withNetworkMode("none")
                        .withForcerm(true);
                return awaited(command, transfer, cancellation);
            });
            transfer.findError().ifPresent(error -> {
                String text = FailureText.withOutput(
                        "Failed to build docker environment: the image " + name + " cannot be built: " + error,
                        transfer.output());
                // A step that failed would fail again, unless the disk was full.
                boolean isPermanent =
                        error.contains("returned a non-zero code") && !text.contains("No space left on device");
                throw isPermanent ? new TaskFailedException(text) : new InfrastructureException(text);
            });
        } catch (IOException e) {
            throw engine.failure("build " + name, e);
        } catch (InterruptedTransferException e) {
            throw new InterruptedException("the build of " + name + " was stopped");
        }
    }

    /** Starts a build and waits for its end: the engine reads the stream until then. */
    private Boolean awaited(
            BuildImageCmd command, ImageTransfer<BuildResponseItem> transfer, Cancellation cancellation) {
        command.exec(transfer);
        try {
            transfer.await(engine, "build an image", cancellation);
            return true;
        } catch (InterruptedException e) {
            throw new InterruptedTransferException(e);
        }
    }

    private static final class InterruptedTransferException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        InterruptedTransferException(InterruptedException cause) {
            super(cause);
        }
    }
}
