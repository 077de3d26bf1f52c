package sg.aiverify.worker.app.doctor;

import java.util.List;

/** Reports variables that are misspelled, have no effect, or are set twice. */
public final class VariablesCheck implements Check {
    private final List<String> notices;

    /**
     * Creates the check.
     *
     * @param notices one sentence for each such variable
     */
    public VariablesCheck(List<String> notices) {
        this.notices = List.copyOf(notices);
    }

    @Override
    public String name() {
        return "Variables";
    }

    @Override
    public Finding run() {
        return notices.isEmpty()
                ? Finding.ok("no misspelled names")
                : Finding.warn(String.join("\n", notices), "correct or remove them");
    }
}
