package sg.aiverify.worker.app.demo;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import sg.aiverify.worker.config.Settings;

/** A worker, a queue and a gateway of its own, with sample runs handed in. */
public interface Demonstration extends AutoCloseable {
    /**
     * Lists the runs, already handed in.
     *
     * @return the runs in the order in which they are shown
     */
    List<DemoRun> runs();

    /**
     * Prepares more runs and says how to hand them in, for a demonstration that is kept.
     *
     * @return lines for a terminal
     */
    List<String> guide();

    /** Starts a demonstration. */
    @FunctionalInterface
    interface Starter {
        /**
         * Starts everything and hands the runs in.
         *
         * @param settings the worker's settings; where queue and gateway are is overridden
         * @param variables for the programs that the worker starts
         * @param step is told what is going on, in a few words
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
