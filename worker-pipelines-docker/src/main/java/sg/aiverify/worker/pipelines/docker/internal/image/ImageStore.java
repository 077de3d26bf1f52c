package sg.aiverify.worker.pipelines.docker.internal.image;

import com.github.dockerjava.api.command.InspectImageResponse;
import java.util.Map;
import java.util.Optional;
import sg.aiverify.worker.pipelines.docker.internal.engine.DockerEngine;
import sg.aiverify.worker.pipelines.docker.internal.engine.Labels;
import sg.aiverify.worker.stage.ImageEnvironment;

/** The images on the engine. Thread-safe. */
public final class ImageStore {
    private final DockerEngine engine;

    public ImageStore(DockerEngine engine) {
        this.engine = engine;
    }

    /** Returns the id of an image; empty if no image on the engine has this name. */
    public Optional<String> findId(String name) {
        return inspect(name).map(InspectImageResponse::getId);
    }

    /** Returns the image of an algorithm; empty if it does not exist or was built from other content. */
    public Optional<ImageEnvironment> find(ImageName name, String content) {
        return inspect(name.toString()).flatMap(image -> {
            Map<String, String> labels =
                    image.getConfig() == null ? null : image.getConfig().getLabels();
            return labels != null && content.equals(labels.get(Labels.CONTENT)) && labels.containsKey(Labels.PYTHON)
                    ? Optional.of(
                            new ImageEnvironment(name.withoutRegistry(), image.getId(), labels.get(Labels.PYTHON)))
                    : Optional.empty();
        });
    }

    /** Returns the engine's description of an image, by name or id; empty if it does not exist. */
    public Optional<InspectImageResponse> inspect(String name) {
        return engine.find(
                "inspect the image " + name,
                () -> engine.client().inspectImageCmd(name).exec());
    }
}
