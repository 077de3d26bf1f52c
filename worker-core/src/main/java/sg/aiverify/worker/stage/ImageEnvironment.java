package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.util.Objects;
import org.apiguardian.api.API;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.files.internal.ShortHash;

/**
 * An image that an algorithm runs in: it has Python, the engine, what the algorithm requires, and the algorithm itself
 * in {@value #ALGORITHM}.
 *
 * @param name repository and tag without a registry, for example {@code shap:3f2a}
 * @param reference what the engine that built it knows it by whatever becomes of the name: the image's id
 * @param python the interpreter in it: a name on the image's path, or an absolute path
 */
@API(status = EXPERIMENTAL, since = "1.0")
public record ImageEnvironment(String name, String reference, String python) implements Environment {
    /** Where images are pushed to and looked for. */
    public static final Setting<String> REGISTRY = Setting.text(
                    "DOCKER_REGISTRY", null, "registry that images are pushed to and pulled from")
            .inGroup("Docker")
            .withDetails("Write it as `host:port` or `host/path`.");

    /** Where the algorithm lies in the image. */
    public static final String ALGORITHM = "/app/algo";

    public ImageEnvironment {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(reference, "reference");
        Objects.requireNonNull(python, "python");
    }

    /**
     * Gives the name under which a registry has the image.
     *
     * @param registry host, port and path; empty for the name alone
     * @return a reference to pull
     */
    public String in(String registry) {
        return registry.isEmpty() ? name : registry + "/" + name;
    }

    @Override
    public String description() {
        return ShortHash.in("image " + name + " (" + reference + ")");
    }
}
