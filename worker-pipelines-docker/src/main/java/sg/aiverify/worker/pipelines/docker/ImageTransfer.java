package sg.aiverify.worker.pipelines.docker;

import com.github.dockerjava.api.model.ResponseItem;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.python.OutputTail;
import sg.aiverify.worker.run.Cancellation;

/**
 * Hears what the engine tells while it builds, pulls or pushes an image.
 *
 * @param <T> what it tells
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

    /** Waits for the end; stops the transfer with the run. */
    void await(DockerEngine engine, String what, Cancellation cancellation) throws InterruptedException {
        try {
            awaitEnd(cancellation);
        } catch (RuntimeException e) {
            throw engine.failure(what, e);
        }
    }

    /** Gives what went wrong; empty if nothing did. */
    Optional<String> findError() {
        return Optional.ofNullable(error);
    }

    /** Gives the end of a build's output. */
    String output() {
        return output.text();
    }
}
