package sg.aiverify.worker.pipelines.docker;

import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.PullResponseItem;
import com.github.dockerjava.api.model.PushResponseItem;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.pipeline.ImageEnvironment;
import sg.aiverify.worker.run.Cancellation;

/** Images of the engine, and of the registry where there is one. Thread-safe. */
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

    /** Asks the registry for an image, and gets it unless the engine has the same; false if the registry has none. */
    boolean pull(ImageName name, Cancellation cancellation) throws InterruptedException {
        String what = "pull " + name;
        try (ImageTransfer<PullResponseItem> transfer = new ImageTransfer<>()) {
            engine.client().pullImageCmd(name.repository()).withTag(name.tag()).exec(transfer);
            try {
                transfer.awaitEnd(cancellation);
            } catch (NotFoundException e) {
                return false;
            } catch (RuntimeException e) {
                throw engine.failure(what, e);
            }
            Optional<String> error = transfer.findError();
            if (error.isPresent() && !isAbsent(error.get())) {
                throw new InfrastructureException(FailureText.bounded("Docker cannot " + what + ": " + error.get()));
            }
            return error.isEmpty();
        } catch (IOException e) {
            throw engine.failure(what, e);
        }
    }

    private static boolean isAbsent(String error) {
        String words = error.toLowerCase(Locale.ROOT);
        return words.contains("not found") || words.contains("manifest unknown");
    }

    void push(ImageName name, Cancellation cancellation) throws InterruptedException {
        String what = "push " + name;
        try (ImageTransfer<PushResponseItem> transfer = new ImageTransfer<>()) {
            engine.client().pushImageCmd(name.repository()).withTag(name.tag()).exec(transfer);
            transfer.await(engine, what, cancellation);
            transfer.findError().ifPresent(error -> {
                throw new InfrastructureException(FailureText.bounded(
                        "Failed to build docker environment: Docker cannot " + what + ": " + error));
            });
        } catch (IOException e) {
            throw engine.failure(what, e);
        }
    }
}
