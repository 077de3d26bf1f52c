package sg.aiverify.worker.app.local;

import java.util.List;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.engine.Outcome;
import sg.aiverify.worker.listener.RunListener;
import sg.aiverify.worker.stage.ModuleProvider;

/** A worker without a queue, as a single run sees it. */
public interface LocalWorker extends AutoCloseable {
    /**
     * Runs a task to its end.
     *
     * @param taskJson the task as the gateway writes it
     * @return how it ended
     * @throws InterruptedException if the thread is interrupted; the run is stopped then
     */
    Outcome run(String taskJson) throws InterruptedException;

    /** Frees everything. */
    @Override
    void close();

    /** Makes such workers. */
    @FunctionalInterface
    interface Factory {
        /**
         * Opens a worker without a queue.
         *
         * @param settings its settings
         * @param providers modules beside those that the worker finds itself
         * @param listener hears of the run
         * @return the worker
         * @throws sg.aiverify.worker.failure.ConfigurationException if it cannot work as configured
         */
        LocalWorker open(Settings settings, List<ModuleProvider> providers, RunListener listener);
    }
}
