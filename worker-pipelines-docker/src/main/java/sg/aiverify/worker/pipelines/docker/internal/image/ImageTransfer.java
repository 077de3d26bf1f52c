package sg.aiverify.worker.pipelines.docker.internal.image;

import com.github.dockerjava.api.model.ResponseItem;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.pipelines.docker.internal.engine.DockerEngine;
import sg.aiverify.worker.pipelines.docker.internal.engine.EngineStream;
import sg.aiverify.worker.python.OutputTail;
import sg.aiverify.worker.run.Cancellation;

/**
 * Receives the reports of the engine while it builds, pulls or pushes an image.
 *
 * @param <T> the type of a report
 */
final class ImageTransfer<T extends ResponseItem> extends EngineStream<T> {
    private final OutputTail output = new OutputTail();
    private volatile @Nullable String error;

    @Override
    public void onNext(T item) {
        if (item.getErrorDetail() != null) {
            error = String.valueOf(item.getErrorDetail().getMessage());
        } else if (item.getStream() != null) {
            output.addLine(item.getStream().stripTrailing());
        }
    }

    /** Waits for the end of the transfer; throws if the transfer breaks or the run is cancelled. */
    void await(DockerEngine engine, String what, Cancellation cancellation) throws InterruptedException {
        try {
            awaitEnd(cancellation);
        } catch (RuntimeException e) {
            throw engine.failure(what, e);
        }
    }

    /** Returns the error that the engine reported; empty if it did not report one. */
    Optional<String> findError() {
        return Optional.ofNullable(error);
    }

    /** Returns the end of a build's output. */
    String output() {
        return output.text();
    }
}
