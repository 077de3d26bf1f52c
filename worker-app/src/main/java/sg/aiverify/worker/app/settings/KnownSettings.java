package sg.aiverify.worker.app.settings;

import java.util.Collection;
import java.util.List;
import sg.aiverify.worker.config.Setting;

/**
 * The settings that the worker knows.
 *
 * @param all all settings: of the app, of the core and of all modules
 * @param used the settings that have an effect with the selected modules
 */
public record KnownSettings(Collection<Setting<?>> all, Collection<Setting<?>> used) {
    public KnownSettings {
        all = List.copyOf(all);
        used = List.copyOf(used);
    }
}
