package sg.aiverify.worker.pipelines.docker.internal.engine;

import com.github.dockerjava.api.exception.NotFoundException;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.run.internal.DaemonThreads;

/** Removes objects from the engine, and keeps failed removals so that they can be retried. Thread-safe. */
final class PendingRemovals implements AutoCloseable {
    private static final Logger log = LogManager.getLogger(PendingRemovals.class);
    private static final int LIMIT_SECONDS = 60;
    /** The number of retries of a failed removal. */
    private static final int RETRIES = 720;

    private final Queue<Removal> pending = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(DaemonThreads.named("docker-removal"));

    private record Removal(String what, Callable<?> call, int retriesLeft) {}

    /** Removes an object, even if this thread is interrupted; in messages, {@code what} follows "Docker cannot". */
    void remove(String what, Callable<?> call) {
        boolean interrupted = Thread.interrupted();
        try {
            attempt(new Removal(what, call, RETRIES));
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Retries each failed removal once. */
    void retry() {
        for (int left = pending.size(); left > 0; left--) {
            Removal removal = pending.poll();
            if (removal != null) {
                attempt(removal);
            }
        }
    }

    private void attempt(Removal removal) {
        Throwable problem = problem(removal.call());
        if (problem instanceof NotFoundException) {
            log.debug("{}: already removed", removal.what());
        } else if (problem != null) {
            if (removal.retriesLeft() == 0) {
                log.warn(
                        "Docker cannot {}: {}. No more retries; a cleanup removes the object after this worker's end",
                        removal.what(),
                        problem.toString());
            } else {
                log.debug("Docker cannot {} yet: {}", removal.what(), problem.toString());
                pending.add(new Removal(removal.what(), removal.call(), removal.retriesLeft() - 1));
            }
        }
    }

    /**
     * Calls the engine with a time limit, so that an engine that hangs does not delay the end of a run. Returns the
     * failure; null if the call succeeded.
     */
    private @Nullable Throwable problem(Callable<?> call) {
        Future<?> submitted = threads.submit(call);
        try {
            submitted.get(LIMIT_SECONDS, TimeUnit.SECONDS);
            return null;
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (TimeoutException e) {
            submitted.cancel(true);
            return e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return e;
        }
    }

    @Override
    public void close() {
        threads.shutdown();
    }
}
