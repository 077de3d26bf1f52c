package sg.aiverify.worker.pipeline;

import java.util.Objects;

/**
 * An image that an algorithm runs in: it has Python, the engine and what the algorithm requires.
 *
 * @param name repository and tag without a registry, for example {@code shap:3f2a}
 * @param reference what the engine that built it knows it by, registry included
 * @param python the interpreter in it: a name on the image's path, or an absolute path
 */
public record ImageEnvironment(String name, String reference, String python) implements Environment {
    public ImageEnvironment {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(reference, "reference");
        Objects.requireNonNull(python, "python");
    }

    /**
     * Gives the name under which another registry has the image.
     *
     * @param registry host, port and path; empty for the name alone
     * @return a reference to pull
     */
    public String in(String registry) {
        return registry.isEmpty() ? name : registry + "/" + name;
    }

    @Override
    public String description() {
        return "image " + reference;
    }
}
