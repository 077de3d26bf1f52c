package sg.aiverify.worker.pipelines.docker.internal.engine;

import com.github.dockerjava.api.async.ResultCallback;
import java.io.Closeable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.run.Cancellation;

/**
 * Receives a stream from the engine and waits for its end. Unlike the library's wait with a time limit, the methods of
 * this class do not close the stream when their limit is reached.
 *
 * @param <T> the items that the engine sends
 */
public abstract class EngineStream<T> extends ResultCallback.Adapter<T> {
    private static final long CHECK_MILLISECONDS = 500;
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

    /** Waits until the stream has started, so that no item is missed; throws the error if the engine refused it. */
    public final void awaitStart() throws InterruptedException {
        if (!begun.await(START_SECONDS, TimeUnit.SECONDS)) {
            throw new ServiceUnavailableException(
                    DockerEngine.SERVICE,
                    "The Docker engine did not attach to a container within " + START_SECONDS + " s",
                    null);
        }
        throwProblem();
    }

    /** Waits until the stream ends; if it broke, throws the cause, wrapped if the cause is a checked exception. */
    public final void awaitEnd(Cancellation cancellation) throws InterruptedException {
        awaitEnd(cancellation, () -> {});
    }

    /** Waits until the stream ends, and calls {@code meanwhile} every 500 ms until then. */
    final void awaitEnd(Cancellation cancellation, Runnable meanwhile) throws InterruptedException {
        while (!ended.await(CHECK_MILLISECONDS, TimeUnit.MILLISECONDS)) {
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

    /** Waits for the end of a stream that is about to end, for at most this time. */
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
