package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.util.Objects;
import org.apiguardian.api.API;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.files.internal.ShortHash;

/**
 * An image in which an algorithm runs. It contains Python, AI Verify's test engine, the packages that the algorithm
 * requires, and the algorithm in {@value #ALGORITHM}.
 *
 * @param name repository and tag without a registry, for example {@code shap:3f2a}
 * @param reference the image's id at the Docker engine that built the image; unlike the name, the id always refers to
 *     this image
 * @param python the interpreter in the image: a name on the image's {@code PATH}, or an absolute path
 */
@API(status = EXPERIMENTAL, since = "1.0")
public record ImageEnvironment(String name, String reference, String python) implements Environment {
    /** The setting with the registry of the images. */
    public static final Setting<String> REGISTRY = Setting.text(
                    "DOCKER_REGISTRY", null, "registry that images are pushed to and pulled from")
            .inGroup("Docker")
            .withDetails("Write it as `host:port` or `host/path`.");

    /** The directory of the algorithm in the image. */
    public static final String ALGORITHM = "/app/algo";

    public ImageEnvironment {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(reference, "reference");
        Objects.requireNonNull(python, "python");
    }

    /**
     * Returns the name of the image in a registry.
     *
     * @param registry host, port and path; empty to return the name without a registry
     * @return the name by which the image can be pulled
     */
    public String in(String registry) {
        return registry.isEmpty() ? name : registry + "/" + name;
    }

    @Override
    public String description() {
        return ShortHash.in("image " + name + " (" + reference + ")");
    }
}
