package sg.aiverify.worker.files.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.CancellationSource;

@Timeout(60)
class FileLocksTest {
    @TempDir
    private Path directory;

    private final CancellationSource running = new CancellationSource();

    @Test
    void a_shared_lock_admits_sharers_but_nobody_alone() {
        FileLocks locks = new FileLocks(directory);
        FileLocks other = new FileLocks(directory);
        FileLocks.Held first = locks.shared("a", running);
        FileLocks.Held second = other.shared("a", running);
        first.close();
        first.close();
        assertThat(locks.tryExclusive("a")).isEmpty();
        assertThat(locks.tryExclusive("b")).isPresent();
        second.close();
        assertThat(other.tryExclusive("a")).isPresent();
    }

    @Test
    void an_exclusive_lock_keeps_everybody_out_until_the_run_is_stopped() {
        FileLocks locks = new FileLocks(directory);
        locks.exclusive("a", running);
        CancellationSource stopped = new CancellationSource();
        stopped.cancel(CancelReason.CANCELLED);
        assertThat(locks.tryExclusive("a")).isEmpty();
        assertThatThrownBy(() -> locks.shared("a", stopped)).isInstanceOf(RunCancelledException.class);
    }

    @Test
    void only_one_thread_at_a_time_holds_an_exclusive_lock() throws Exception {
        int threads = 8;
        int rounds = 50;
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        int[] unguarded = {0};
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Callable<Void>> work = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                FileLocks locks = new FileLocks(directory);
                work.add(() -> {
                    for (int i = 0; i < rounds; i++) {
                        FileLocks.Held held = locks.exclusive("a", running);
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        unguarded[0]++;
                        inside.decrementAndGet();
                        held.close();
                    }
                    return null;
                });
            }
            for (Future<Void> done : pool.invokeAll(work)) {
                done.get();
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(most).hasValue(1);
        assertThat(unguarded[0]).isEqualTo(threads * rounds);
    }
}
