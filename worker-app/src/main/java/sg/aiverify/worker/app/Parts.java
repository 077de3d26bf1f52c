package sg.aiverify.worker.app;

import java.util.List;
import sg.aiverify.worker.app.doctor.Check;
import sg.aiverify.worker.app.local.LocalWorker;
import sg.aiverify.worker.app.settings.KnownSettings;
import sg.aiverify.worker.app.settings.LoadedSettings;
import sg.aiverify.worker.config.Settings;

/** Creates the parts that the commands need. */
public interface Parts {
    /**
     * Returns the known settings.
     *
     * @param given the values as they were set, not yet checked; they select the modules and the plug-in directory
     * @return the settings, in no particular order; if the plug-in directory cannot be used, without the settings of
     *     its plug-ins
     */
    KnownSettings settings(Settings given);

    /**
     * Creates the worker without starting it.
     *
     * @param settings its settings
     * @return the worker
     * @throws sg.aiverify.worker.failure.ConfigurationException if it cannot run with these settings
     */
    Service service(Settings settings);

    /**
     * Creates the checks of the command {@code doctor}.
     *
     * @param loaded the worker's settings and their problems
     * @return the checks, in the order of the table
     */
    List<Check> checks(LoadedSettings loaded);

    /**
     * Returns the factory of workers for runs on local files.
     *
     * @return the factory
     */
    LocalWorker.Factory localWorkers();
}
