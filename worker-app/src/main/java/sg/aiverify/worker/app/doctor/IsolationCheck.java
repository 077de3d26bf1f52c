package sg.aiverify.worker.app.doctor;

import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.stage.IsolationNote;

/** Looks what keeps algorithms in on this host, and which limits hold. */
public final class IsolationCheck implements Check {
    private final Supplier<Optional<IsolationNote>> trial;

    /**
     * Creates the check.
     *
     * @param trial creates the modules, asks the one that runs algorithms, and closes them; throws
     *     {@link ConfigurationException} as a start would
     */
    public IsolationCheck(Supplier<Optional<IsolationNote>> trial) {
        this.trial = Objects.requireNonNull(trial, "trial");
    }

    @Override
    public String name() {
        return "Isolation";
    }

    @Override
    public Finding look() {
        try {
            return trial.get()
                    .map(IsolationCheck::finding)
                    .orElseGet(() -> Finding.ok("by the module that runs algorithms, see its documentation"));
        } catch (ConfigurationException e) {
            return Finding.warn("not known, since the modules cannot be made", "see Modules");
        }
    }

    private static Finding finding(IsolationNote note) {
        if (!note.exposed().isEmpty()) {
            return Finding.warn(
                    note + "; algorithms can read: " + String.join("; ", note.exposed()),
                    "move what is secret to where no run looks, see docs/isolation.md");
        }
        return note.missing().isEmpty()
                ? Finding.ok(note.inForce())
                : Finding.warn(note.toString(), "see docs/configuration.md, TEWORKER_SANDBOX and TEWORKER_TASK_*");
    }
}
