package sg.aiverify.worker.app.doctor;

/** Looks at the Java runtime. */
public final class JavaCheck implements Check {
    private static final int LEAST = 17;

    private final Runtime.Version version;

    /**
     * Creates the check.
     *
     * @param version of the runtime
     */
    public JavaCheck(Runtime.Version version) {
        this.version = version;
    }

    @Override
    public String name() {
        return "Java";
    }

    @Override
    public Finding look() {
        return version.feature() >= LEAST
                ? Finding.ok(version.toString())
                : Finding.fail(version.toString(), "install Java " + LEAST + " or later");
    }
}
