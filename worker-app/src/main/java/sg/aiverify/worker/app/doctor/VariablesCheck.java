package sg.aiverify.worker.app.doctor;

import java.util.List;

/** Tells which variables do not do what they seem to: mistyped, without effect, or said twice. */
public final class VariablesCheck implements Check {
    private final List<String> notices;

    /**
     * Creates the check.
     *
     * @param notices a sentence for each such variable
     */
    public VariablesCheck(List<String> notices) {
        this.notices = List.copyOf(notices);
    }

    @Override
    public String name() {
        return "Variables";
    }

    @Override
    public Finding look() {
        return notices.isEmpty()
                ? Finding.ok("none looks mistyped")
                : Finding.warn(String.join("\n", notices), "correct or remove them");
    }
}
