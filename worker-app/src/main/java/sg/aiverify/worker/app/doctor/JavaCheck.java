package sg.aiverify.worker.app.doctor;

import java.util.Optional;

/** Looks at the Java runtime. */
public final class JavaCheck implements Check {
    private static final int LEAST = 17;

    private final Runtime.Version version;
    private final Optional<String> fileNames;

    /**
     * Creates the check.
     *
     * @param version of the runtime
     * @param fileNames what keeps the runtime from using any name for a file
     */
    public JavaCheck(Runtime.Version version, Optional<String> fileNames) {
        this.version = version;
        this.fileNames = fileNames;
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
        return fileNames
                .map(limit -> Finding.warn(version + "; " + limit, "nothing if all names are ASCII"))
                .orElseGet(() -> Finding.ok(version.toString()));
    }
}
