package sg.aiverify.worker.app.doctor;

import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.stage.IsolationNote;

/** Checks which isolation and which limits apply to algorithms on this host. */
public final class IsolationCheck implements Check {
    private final Supplier<Optional<IsolationNote>> trial;

    /**
     * Creates the check.
     *
     * @param trial creates the modules, queries the module that runs algorithms, and closes all modules; throws
     *     {@link ConfigurationException} as a start of the worker does
     */
    public IsolationCheck(Supplier<Optional<IsolationNote>> trial) {
        this.trial = Objects.requireNonNull(trial, "trial");
    }

    @Override
    public String name() {
        return "Isolation";
    }

    @Override
    public Finding run() {
        try {
            return trial.get()
                    .map(IsolationCheck::finding)
                    .orElseGet(() -> Finding.ok("done by the module that runs algorithms, see its documentation"));
        } catch (ConfigurationException e) {
            return Finding.warn("unknown, because the modules cannot be created", "see the check Modules");
        }
    }

    private static Finding finding(IsolationNote note) {
        if (!note.exposed().isEmpty()) {
            return Finding.warn(
                    note + "; algorithms can read: " + String.join("; ", note.exposed()),
                    "move these secrets to a directory that runs cannot read, see docs/isolation.md");
        }
        return note.missing().isEmpty()
                ? Finding.ok(note.inForce())
                : Finding.warn(note.toString(), "see docs/configuration.md, TEWORKER_SANDBOX and TEWORKER_TASK_*");
    }
}
