package sg.aiverify.worker.run.internal;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads that do not keep the process alive, named for thread dumps and logs. */
public final class DaemonThreads {
    private DaemonThreads() {}

    /**
     * Makes threads for an executor.
     *
     * @param name of each, followed by its number
     * @return the factory
     */
    public static ThreadFactory named(String name) {
        AtomicInteger count = new AtomicInteger();
        return work -> daemon(name + "-" + count.incrementAndGet(), work);
    }

    /**
     * Makes a timer that forgets what is cancelled: the deadline of a run that has ended may be a day away.
     *
     * @param name of each thread, followed by its number
     * @param threads how many
     * @return the timer, which the caller shuts down
     */
    public static ScheduledThreadPoolExecutor timer(String name, int threads) {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(threads, named(name));
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }

    /**
     * Starts a thread for one piece of work.
     *
     * @param name of the thread
     * @param work what it does
     * @return the thread
     */
    public static Thread start(String name, Runnable work) {
        Thread thread = daemon(name, work);
        thread.start();
        return thread;
    }

    private static Thread daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }
}
