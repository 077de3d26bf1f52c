package sg.aiverify.worker.app.demo;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import sg.aiverify.worker.config.Settings;

/** A worker with its own queue and gateway, and with sample runs that were submitted. */
public interface Demonstration extends AutoCloseable {
    /**
     * Returns the submitted runs.
     *
     * @return the runs, in the order of the table
     */
    List<DemoRun> runs();

    /**
     * Prepares more runs and explains how to submit them, for a demonstration that keeps running.
     *
     * @return the explanation, as lines for a terminal
     */
    List<String> guide();

    /** Starts a demonstration. */
    @FunctionalInterface
    interface Starter {
        /**
         * Starts worker, queue and gateway, and submits the runs.
         *
         * @param settings the worker's settings; the addresses of queue and gateway are overridden
         * @param variables the environment variables for programs that the worker starts
         * @param step receives a short description of each step
         * @return the demonstration
         * @throws InterruptedException if the thread is interrupted
         */
        Demonstration start(Settings settings, Map<String, String> variables, Consumer<String> step)
                throws InterruptedException;
    }

    /** Stops everything that the demonstration started and deletes its files. */
    @Override
    void close();
}
