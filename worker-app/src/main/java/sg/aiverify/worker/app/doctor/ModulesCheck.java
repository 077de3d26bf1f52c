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

/** Checks whether the modules that the settings select exist and can run with their settings. */
public final class ModulesCheck implements Check {
    private final Settings settings;
    private final Supplier<List<String>> trial;
    private final List<OtherCheck> others;

    /**
     * Another check that reports some of the problems that prevent a start.
     *
     * @param check the name of that check
     * @param covers tests whether that check reports a problem, or the cause of the problem
     */
    public record OtherCheck(String check, Predicate<String> covers) {}

    /**
     * Creates the check.
     *
     * @param settings the settings that select the modules
     * @param trial creates the modules, lists the services that they miss, and closes them; throws
     *     {@link ConfigurationException} as a start of the worker does
     * @param others other checks; this check refers to them and does not repeat their problems
     */
    public ModulesCheck(Settings settings, Supplier<List<String>> trial, List<OtherCheck> others) {
        this.settings = Objects.requireNonNull(settings, "settings");
        this.trial = Objects.requireNonNull(trial, "trial");
        this.others = List.copyOf(others);
    }

    @Override
    public String name() {
        return "Modules";
    }

    @Override
    public Finding run() {
        try {
            List<String> missing = trial.get();
            if (!missing.isEmpty()) {
                return Finding.fail(String.join("; ", missing), "make these services available; until then, runs wait");
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
        Set<String> names = new LinkedHashSet<>();
        for (String problem : problems) {
            others.stream()
                    .filter(other -> other.covers().test(problem))
                    .findFirst()
                    .ifPresentOrElse(other -> names.add(other.check()), () -> own.add(problem));
        }
        String see = (names.size() == 1 ? "see the check " : "see the checks ") + String.join(", ", names);
        if (own.isEmpty()) {
            return Finding.warn("unknown, because the modules cannot be created", see);
        }
        return Finding.fail(
                String.join("; ", own) + (names.isEmpty() ? "" : "\nother problems: " + see), "correct these settings");
    }
}
