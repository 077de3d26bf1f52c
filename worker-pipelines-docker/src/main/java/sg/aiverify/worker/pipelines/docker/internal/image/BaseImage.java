package sg.aiverify.worker.pipelines.docker.internal.image;

import java.util.List;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.pipelines.docker.internal.settings.DockerSettings;

/** The image that all others are built from; it must exist on the engine. */
public final class BaseImage {
    private static final Logger log = LogManager.getLogger(BaseImage.class);
    private final ImageStore images;
    private final String name;

    public BaseImage(ImageStore images, String name) {
        this.images = images;
        this.name = name;
    }

    /**
     * Checks that the image exists, when the worker starts. Only logs a warning if the engine is unavailable, since the
     * engine may become reachable later.
     *
     * @throws ConfigurationException if the image is missing
     */
    public void check() {
        try {
            if (images.findId(name).isEmpty()) {
                throw new ConfigurationException(missing());
            }
        } catch (ServiceUnavailableException e) {
            log.warn("Could not check whether the base image {} exists: {}", name, e.getMessage());
        }
    }

    /** Returns the problems that prevent builds from this image; empty if there are none. */
    public List<String> problems() {
        try {
            return images.findId(name).isPresent() ? List.of() : List.of(missing());
        } catch (StageException e) {
            return List.of(String.valueOf(e.getMessage()));
        }
    }

    public String id() {
        return images.findId(name).orElseThrow(() -> new InfrastructureException(missing()));
    }

    private String missing() {
        return "The base image " + name + " does not exist on the Docker engine. Pull it, for example with"
                + " \"docker pull ghcr.io/aiverify-foundation/aiverify-test-engine-worker:latest-base\", and set "
                + DockerSettings.BASE_IMAGE.name() + " to its name. Any image with Python 3.10 to 3.12, pip and"
                + " aiverify-test-engine can be the base image";
    }
}
