package sg.aiverify.worker.engine;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** The engine's threads and timers, named for thread dumps and logs. */
final class EngineThreads {
    private EngineThreads() {}

    static ThreadFactory named(String name) {
        AtomicInteger count = new AtomicInteger();
        return work -> {
            Thread thread = new Thread(work, name + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Makes a timer that forgets what is cancelled: the deadline of a run that has ended may be a day away. */
    static ScheduledThreadPoolExecutor timer(String name, int threads) {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(threads, named(name));
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }
}
