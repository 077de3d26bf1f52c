package sg.aiverify.worker.app.doctor;

import java.time.Duration;
import java.util.List;
import sg.aiverify.worker.failure.WorkerException;
import sg.aiverify.worker.python.UvVersion;

/** Looks for what builds environments: uv, else the interpreter's venv and pip. */
public final class PackageToolCheck implements Check {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final PythonLookup lookup;
    private final String uv;

    /**
     * Creates the check.
     *
     * @param lookup finds the interpreter
     * @param uv the command uv, by name or path
     */
    public PackageToolCheck(PythonLookup lookup, String uv) {
        this.lookup = lookup;
        this.uv = uv;
    }

    @Override
    public String name() {
        return "Package tool";
    }

    @Override
    public Finding look() throws InterruptedException {
        ToolRun version = ToolRun.of(LIMIT, List.of(uv, "--version"));
        if (version.succeeded() && UvVersion.isAllowed(version.output())) {
            return Finding.ok(version.output());
        }
        String missing = version.succeeded()
                ? version.output() + " is not used, being older than " + UvVersion.OLDEST
                : "uv is not there";
        String executable;
        try {
            executable = lookup.find().executable();
        } catch (WorkerException e) {
            return Finding.warn(missing + ", and pip was not looked for: there is no suitable Python", "");
        }
        // Both are needed: Debian's python3 has the module venv only with the package python3-venv.
        ToolRun pip = ToolRun.of(LIMIT, List.of(executable, "-c", "import ensurepip, venv; print('venv with pip')"));
        return pip.succeeded()
                ? Finding.warn(
                        missing + "; " + pip.output() + " will do",
                        "for environments in seconds instead of minutes: " + executable
                                + " -m pip install --upgrade uv")
                : Finding.fail(
                        missing + "; the modules venv and ensurepip are not there, either",
                        "install uv, or on Debian the package python3-venv");
    }
}
