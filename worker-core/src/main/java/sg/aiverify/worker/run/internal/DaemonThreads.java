package sg.aiverify.worker.run.internal;

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
