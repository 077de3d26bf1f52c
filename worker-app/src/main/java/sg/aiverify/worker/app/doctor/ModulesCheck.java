package sg.aiverify.worker.app.doctor;

import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.pipeline.Stage;

/** Looks whether the modules that the settings pick are there and can work as configured. */
public final class ModulesCheck implements Check {
    private final Settings settings;
    private final Supplier<List<String>> trial;

    /**
     * Creates the check.
     *
     * @param settings pick the modules
     * @param trial creates the modules, lists what they miss, and closes them; throws {@link ConfigurationException}
     *     as a start would
     */
    public ModulesCheck(Settings settings, Supplier<List<String>> trial) {
        this.settings = Objects.requireNonNull(settings, "settings");
        this.trial = Objects.requireNonNull(trial, "trial");
    }

    @Override
    public String name() {
        return "Modules";
    }

    @Override
    public Finding look() {
        try {
            List<String> missing = trial.get();
            if (!missing.isEmpty()) {
                return Finding.fail(String.join("; ", missing), "start or reach what is named; runs will wait for it");
            }
        } catch (ConfigurationException e) {
            return Finding.fail(
                    e.getMessage().lines().collect(Collectors.joining("; ")), "correct the settings that are named");
        }
        return Finding.ok(Stream.of(Stage.values())
                .map(stage -> settings.get(stage.setting()))
                .collect(Collectors.joining(", ")));
    }
}
