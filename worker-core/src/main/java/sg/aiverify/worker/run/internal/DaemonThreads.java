package sg.aiverify.worker.run.internal;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Creates daemon threads, with names for thread dumps and logs. */
public final class DaemonThreads {
    private DaemonThreads() {}

    /**
     * Creates a thread factory for an executor.
     *
     * @param name the name of each thread, followed by its number
     * @return the factory
     */
    public static ThreadFactory named(String name) {
        AtomicInteger count = new AtomicInteger();
        return work -> daemon(name + "-" + count.incrementAndGet(), work);
    }

    /**
     * Creates a timer that removes cancelled tasks at once. The deadline of a run that has ended could otherwise stay
     * in the timer for a day.
     *
     * @param name the name of each thread, followed by its number
     * @param threads the number of threads
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
     * @param name the name of the thread
     * @param work the work
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
