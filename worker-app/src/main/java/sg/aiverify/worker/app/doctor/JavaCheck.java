package sg.aiverify.worker.app.doctor;

import java.util.Optional;

/** Looks at the Java runtime. */
public final class JavaCheck implements Check {
    private static final int LEAST = 17;

    private final Runtime.Version version;
    private final Optional<String> programs;

    /**
     * Creates the check.
     *
     * @param version of the runtime
     * @param programs what keeps the runtime from passing any text to programs
     */
    public JavaCheck(Runtime.Version version, Optional<String> programs) {
        this.version = version;
        this.programs = programs;
    }

    @Override
    public String name() {
        return "Java";
    }

    @Override
    public Finding look() {
        if (version.feature() < LEAST) {
            return Finding.fail(version.toString(), "install Java " + LEAST + " or later");
        }
        return programs.map(limit -> Finding.ok(version + "; files may have any names; " + limit))
                .orElseGet(() -> Finding.ok(version.toString()));
    }
}
