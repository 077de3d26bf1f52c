package sg.aiverify.worker.pipelines.docker;

import java.util.Objects;
import sg.aiverify.worker.pipeline.Environment;

/**
 * An image with an algorithm in {@value #ALGORITHM} and all that it requires.
 *
 * @param id the image's id, which stays the same whatever becomes of its name
 * @param name the name it was built or found under
 * @param python the interpreter in it that has everything
 */
public record DockerImage(String id, String name, String python) implements Environment {
    /** Where the algorithm lies in the image. */
    static final String ALGORITHM = "/app/algo";

    public DockerImage {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(python, "python");
    }

    @Override
    public String description() {
        return "image " + name + " (" + id + ")";
    }
}
