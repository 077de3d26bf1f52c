package sg.aiverify.worker.pipelines.docker;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.WaitResponse;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.ServiceAwayException;
import sg.aiverify.worker.run.Cancellation;

/** Waits for the end of a container. */
final class ContainerExit extends ResultCallback.Adapter<WaitResponse> {
    private static final long LOOK_MILLISECONDS = 500;
    private volatile @Nullable Integer status;

    @Override
    public void onNext(WaitResponse response) {
        status = response.getStatusCode();
    }

    /** Waits until the container has ended; gives its exit code. */
    int await(DockerEngine engine, Cancellation cancellation) throws InterruptedException {
        try {
            while (!awaitCompletion(LOOK_MILLISECONDS, TimeUnit.MILLISECONDS)) {
                cancellation.throwIfCancelled();
            }
        } catch (RuntimeException e) {
            throw engine.failure("tell how the container ends", e);
        }
        Integer code = status;
        if (code == null) {
            throw new ServiceAwayException("The Docker engine went away while a container was running");
        }
        return code;
    }
}
