package sg.aiverify.worker.app.doctor;

import java.util.List;

/** Reports the values of settings that are not allowed. */
public final class SettingsCheck implements Check {
    private final List<String> problems;

    /**
     * Creates the check.
     *
     * @param problems one sentence for each value that is not allowed
     */
    public SettingsCheck(List<String> problems) {
        this.problems = List.copyOf(problems);
    }

    @Override
    public String name() {
        return "Settings";
    }

    @Override
    public Finding run() {
        return problems.isEmpty()
                ? Finding.ok("all values are allowed")
                : Finding.fail(
                        String.join("\n", problems),
                        "correct them; until then, the other checks run without these values");
    }
}
