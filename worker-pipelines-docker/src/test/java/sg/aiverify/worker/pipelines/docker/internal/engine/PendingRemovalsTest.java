package sg.aiverify.worker.pipelines.docker.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.exception.NotFoundException;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PendingRemovalsTest {
    private final PendingRemovals removals = new PendingRemovals();
    private final AtomicInteger calls = new AtomicInteger();

    @AfterEach
    void close() {
        removals.close();
    }

    /** Returns a removal that fails the given number of times, and then succeeds. */
    private Callable<?> failing(int times, Exception problem) {
        return () -> {
            if (calls.incrementAndGet() <= times) {
                throw problem;
            }
            return "removed";
        };
    }

    @Test
    void aRemovalThatFailsIsRetriedUntilItSucceeds() {
        removals.remove("remove it", failing(2, new IOException("unavailable")));
        assertThat(calls).hasValue(1);
        removals.retry();
        assertThat(calls).hasValue(2);
        removals.retry();
        removals.retry();
        assertThat(calls).hasValue(3);
    }

    @Test
    void whatDoesNotExistAnyMoreIsNotRetried() {
        removals.remove("remove it", failing(1, new NotFoundException("no such container")));
        removals.retry();
        assertThat(calls).hasValue(1);
    }

    @Test
    void anInterruptedThreadRemovesAndStaysInterrupted() {
        Thread.currentThread().interrupt();
        removals.remove("remove it", failing(0, new IOException("unavailable")));
        assertThat(Thread.interrupted()).isTrue();
        removals.retry();
        assertThat(calls).hasValue(1);
    }
}
