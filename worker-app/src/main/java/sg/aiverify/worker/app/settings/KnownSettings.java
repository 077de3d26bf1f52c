package sg.aiverify.worker.app.settings;

import java.util.Collection;
import java.util.List;
import sg.aiverify.worker.config.Setting;

/**
 * What can be set.
 *
 * @param all every setting there is: the app's, the core's and those of all modules
 * @param used those that count, now that the modules are picked
 */
public record KnownSettings(Collection<Setting<?>> all, Collection<Setting<?>> used) {
    public KnownSettings {
        all = List.copyOf(all);
        used = List.copyOf(used);
    }
}
