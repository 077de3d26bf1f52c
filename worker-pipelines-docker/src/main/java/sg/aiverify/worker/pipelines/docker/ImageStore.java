package sg.aiverify.worker.pipelines.docker;

import com.github.dockerjava.api.command.InspectImageResponse;
import java.util.Map;
import java.util.Optional;
import sg.aiverify.worker.pipeline.ImageEnvironment;

/** Images of the engine. Thread-safe. */
final class ImageStore {
    private final DockerEngine engine;

    ImageStore(DockerEngine engine) {
        this.engine = engine;
    }

    /** Gives the id of an image of any name. */
    Optional<String> findId(String name) {
        return inspect(name).map(InspectImageResponse::getId);
    }

    /** Finds a complete image of an algorithm; empty if it is not there or holds something else. */
    Optional<ImageEnvironment> find(ImageName name, String content) {
        return inspect(name.toString()).flatMap(image -> {
            Map<String, String> labels =
                    image.getConfig() == null ? null : image.getConfig().getLabels();
            return labels != null && content.equals(labels.get(Labels.CONTENT)) && labels.containsKey(Labels.PYTHON)
                    ? Optional.of(
                            new ImageEnvironment(name.withoutRegistry(), image.getId(), labels.get(Labels.PYTHON)))
                    : Optional.empty();
        });
    }

    private Optional<InspectImageResponse> inspect(String name) {
        return engine.find(
                "look at the image " + name,
                () -> engine.client().inspectImageCmd(name).exec());
    }
}
