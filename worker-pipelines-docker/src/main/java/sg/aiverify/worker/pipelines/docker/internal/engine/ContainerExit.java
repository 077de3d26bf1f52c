package sg.aiverify.worker.pipelines.docker.internal.engine;

import com.github.dockerjava.api.model.WaitResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.run.Cancellation;

/** Waits for the end of a container. */
public final class ContainerExit extends EngineStream<WaitResponse> {
    private volatile @Nullable Integer status;

    @Override
    public void onNext(WaitResponse response) {
        status = response.getStatusCode();
    }

    /** Waits until the container has ended and returns its exit code. */
    public int await(DockerEngine engine, Cancellation cancellation) throws InterruptedException {
        return await(engine, cancellation, () -> {});
    }

    /** Does the same, and calls {@code meanwhile} every 500 ms until the container has ended. */
    public int await(DockerEngine engine, Cancellation cancellation, Runnable meanwhile) throws InterruptedException {
        try {
            awaitEnd(cancellation, meanwhile);
        } catch (RuntimeException e) {
            throw engine.failure("report the container's exit code", e);
        }
        Integer code = status;
        if (code == null) {
            throw engine.failure("report the container's exit code", new IOException("the connection was closed"));
        }
        return code;
    }
}
