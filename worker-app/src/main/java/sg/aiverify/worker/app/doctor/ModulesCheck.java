package sg.aiverify.worker.app.doctor;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.stage.Stage;

/** Looks whether the modules that the settings pick are there and can work as configured. */
public final class ModulesCheck implements Check {
    private final Settings settings;
    private final Supplier<List<String>> trial;
    private final List<OtherCheck> elsewhere;

    /**
     * Another check that tells some of what a start fails over.
     *
     * @param check its name
     * @param covers whether it tells this sentence, or its cause
     */
    public record OtherCheck(String check, Predicate<String> covers) {}

    /**
     * Creates the check.
     *
     * @param settings pick the modules
     * @param trial creates the modules, lists what they miss, and closes them; throws {@link ConfigurationException}
     *     as a start would
     * @param elsewhere checks of whose causes this one names only the check
     */
    public ModulesCheck(Settings settings, Supplier<List<String>> trial, List<OtherCheck> elsewhere) {
        this.settings = Objects.requireNonNull(settings, "settings");
        this.trial = Objects.requireNonNull(trial, "trial");
        this.elsewhere = List.copyOf(elsewhere);
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
            return finding(String.valueOf(e.getMessage()).lines().toList());
        }
        return Finding.ok(Stream.of(Stage.values())
                .map(stage -> settings.get(stage.setting()))
                .collect(Collectors.joining(", ")));
    }

    private Finding finding(List<String> problems) {
        List<String> own = new ArrayList<>();
        Set<String> others = new LinkedHashSet<>();
        for (String problem : problems) {
            elsewhere.stream()
                    .filter(other -> other.covers().test(problem))
                    .findFirst()
                    .ifPresentOrElse(other -> others.add(other.check()), () -> own.add(problem));
        }
        String see = (others.size() == 1 ? "see the check " : "see the checks ") + String.join(", ", others);
        if (own.isEmpty()) {
            return Finding.warn("not known, since they cannot be made: " + see, "");
        }
        return Finding.fail(
                String.join("; ", own) + (others.isEmpty() ? "" : "\nwhat else keeps them from starting: " + see),
                "correct the settings that are named");
    }
}
