package sg.aiverify.worker.app;

import java.time.Duration;

/** The worker, as the command line controls it. Thread-safe. */
public interface Service extends AutoCloseable {
    /**
     * Starts to take tasks.
     *
     * @throws sg.aiverify.worker.failure.ConfigurationException if the worker cannot run with its settings
     */
    void start();

    /**
     * Waits until the service has stopped.
     *
     * @throws InterruptedException if the thread is interrupted
     */
    void awaitStop() throws InterruptedException;

    /**
     * Takes no more tasks and waits for the runs in progress. After the grace period, stops them and returns their
     * tasks to the queue.
     *
     * @param grace the grace period for the runs in progress
     * @throws InterruptedException if the thread is interrupted
     */
    void stop(Duration grace) throws InterruptedException;

    /** Releases all resources. */
    @Override
    void close();
}
