package sg.aiverify.worker.pipelines.docker.internal.engine;

import com.github.dockerjava.api.async.ResultCallback;
import java.io.Closeable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.run.Cancellation;

/**
 * Receives a stream of the engine and waits for its end. The library's own wait with a time limit closes the stream at
 * the limit, so this class has its own.
 *
 * @param <T> what the engine sends
 */
public abstract class EngineStream<T> extends ResultCallback.Adapter<T> {
    private static final long LOOK_MILLISECONDS = 500;
    private static final long START_SECONDS = 30;
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile @Nullable Throwable problem;

    @Override
    public void onStart(Closeable stream) {
        super.onStart(stream);
        begun.countDown();
    }

    @Override
    public void onError(Throwable thrown) {
        if (ended.getCount() > 0) {
            problem = thrown;
        }
        begun.countDown();
        ended.countDown();
        super.onError(thrown);
    }

    @Override
    public void onComplete() {
        begun.countDown();
        ended.countDown();
        super.onComplete();
    }

    /** Waits until the engine has answered, so that nothing it sends from now on is missed; throws what it refused. */
    public final void awaitStart() throws InterruptedException {
        if (!begun.await(START_SECONDS, TimeUnit.SECONDS)) {
            throw new ServiceUnavailableException(
                    DockerEngine.SERVICE, "The Docker engine does not attach to a container", null);
        }
        throwProblem();
    }

    /** Waits until the stream ends; throws what broke it, unchanged. */
    public final void awaitEnd(Cancellation cancellation) throws InterruptedException {
        awaitEnd(cancellation, () -> {});
    }

    /** Waits likewise, and runs something again and again meanwhile. */
    final void awaitEnd(Cancellation cancellation, Runnable meanwhile) throws InterruptedException {
        while (!ended.await(LOOK_MILLISECONDS, TimeUnit.MILLISECONDS)) {
            meanwhile.run();
            cancellation.throwIfCancelled();
        }
        throwProblem();
    }

    private void throwProblem() {
        Throwable thrown = problem;
        if (thrown instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (thrown != null) {
            throw new BrokenStreamException(thrown);
        }
    }

    public final boolean hasEnded() {
        return ended.getCount() == 0;
    }

    /** Waits for a stream that is about to end by itself. */
    final void awaitEnd(long milliseconds) throws InterruptedException {
        ended.await(milliseconds, TimeUnit.MILLISECONDS);
    }

    private static final class BrokenStreamException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BrokenStreamException(Throwable cause) {
            super(cause);
        }
    }
}
