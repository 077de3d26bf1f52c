package sg.aiverify.worker.app.local;

import java.util.List;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.engine.Outcome;
import sg.aiverify.worker.listener.RunListener;
import sg.aiverify.worker.stage.ModuleProvider;

/** A worker without a queue, for a single run. */
public interface LocalWorker extends AutoCloseable {
    /**
     * Runs a task to its end.
     *
     * @param taskJson the task, in the format of the gateway
     * @return the outcome of the run
     * @throws InterruptedException if the thread is interrupted; the run is then stopped
     */
    Outcome run(String taskJson) throws InterruptedException;

    /** Releases all resources. */
    @Override
    void close();

    /** Creates such workers. */
    @FunctionalInterface
    interface Factory {
        /**
         * Opens a worker without a queue.
         *
         * @param settings its settings
         * @param providers providers in addition to those that the worker finds
         * @param listener the listener for events of the run
         * @return the worker
         * @throws sg.aiverify.worker.failure.ConfigurationException if it cannot run with these settings
         */
        LocalWorker open(Settings settings, List<ModuleProvider> providers, RunListener listener);
    }
}
