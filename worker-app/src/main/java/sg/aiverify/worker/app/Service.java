package sg.aiverify.worker.app;

import java.time.Duration;

/** The worker as the command line sees it. Thread-safe. */
public interface Service extends AutoCloseable {
    /**
     * Begins to take tasks.
     *
     * @throws sg.aiverify.worker.failure.ConfigurationException if it cannot work as configured
     */
    void start();

    /**
     * Waits until the service has stopped.
     *
     * @throws InterruptedException if the thread is interrupted
     */
    void awaitStop() throws InterruptedException;

    /**
     * Takes no more tasks, lets the runs in progress finish, then stops them and hands their tasks back.
     *
     * @param grace time for the runs in progress
     * @throws InterruptedException if the thread is interrupted
     */
    void stop(Duration grace) throws InterruptedException;

    /** Frees everything. */
    @Override
    void close();
}
