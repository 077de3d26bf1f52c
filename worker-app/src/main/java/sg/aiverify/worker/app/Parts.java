package sg.aiverify.worker.app;

import java.util.List;
import sg.aiverify.worker.app.doctor.Check;
import sg.aiverify.worker.app.local.LocalWorker;
import sg.aiverify.worker.app.settings.KnownSettings;
import sg.aiverify.worker.app.settings.LoadedSettings;
import sg.aiverify.worker.config.Settings;

/** What the commands are made of. */
public interface Parts {
    /**
     * Lists what can be set.
     *
     * @param given values as they were given, not checked yet: they pick modules, and may name a directory of more
     * @return the settings, in no particular order; without those of a directory that cannot be used
     */
    KnownSettings settings(Settings given);

    /**
     * Makes the worker, not yet started.
     *
     * @param settings its settings
     * @return the worker
     * @throws sg.aiverify.worker.failure.ConfigurationException if it cannot work as configured
     */
    Service service(Settings settings);

    /**
     * Makes the checks of the doctor.
     *
     * @param loaded the worker's settings, and what is wrong with them
     * @return the checks in their order
     */
    List<Check> checks(LoadedSettings loaded);

    /**
     * Gives what opens workers for runs on local files.
     *
     * @return their factory
     */
    LocalWorker.Factory localWorkers();
}
