package sg.aiverify.worker.app.doctor;

import java.util.Optional;

/** Checks the Java runtime. */
public final class JavaCheck implements Check {
    private static final int LEAST = 17;

    private final Runtime.Version version;
    private final Optional<String> limit;

    /**
     * Creates the check.
     *
     * @param version the version of the runtime
     * @param limit the limit of file names and texts that the runtime can pass to programs; empty if there is none
     */
    public JavaCheck(Runtime.Version version, Optional<String> limit) {
        this.version = version;
        this.limit = limit;
    }

    @Override
    public String name() {
        return "Java";
    }

    @Override
    public Finding run() {
        if (version.feature() < LEAST) {
            return Finding.fail(version.toString(), "install Java " + LEAST + " or later");
        }
        return limit.map(text -> Finding.ok(version + "; file names may have any characters; " + text))
                .orElseGet(() -> Finding.ok(version.toString()));
    }
}
