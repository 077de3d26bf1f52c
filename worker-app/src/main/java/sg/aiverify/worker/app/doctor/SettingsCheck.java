package sg.aiverify.worker.app.doctor;

import java.util.List;

/** Tells which values of settings are not allowed. */
public final class SettingsCheck implements Check {
    private final List<String> problems;

    /**
     * Creates the check.
     *
     * @param problems a sentence for each value that is not allowed
     */
    public SettingsCheck(List<String> problems) {
        this.problems = List.copyOf(problems);
    }

    @Override
    public String name() {
        return "Settings";
    }

    @Override
    public Finding look() {
        return problems.isEmpty()
                ? Finding.ok("all values are allowed")
                : Finding.fail(
                        String.join("\n", problems),
                        "correct them; until then, the other checks look at what holds without them");
    }
}
