package sg.aiverify.worker.app.doctor;

import java.time.Duration;
import java.util.List;
import sg.aiverify.worker.failure.WorkerException;

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
        if (version.succeeded()) {
            return Finding.ok(version.output());
        }
        String executable;
        try {
            executable = lookup.find().executable();
        } catch (WorkerException e) {
            return Finding.warn("uv is not there, and pip was not looked for: there is no suitable Python", "");
        }
        // Both are needed: Debian's python3 has the module venv only with the package python3-venv.
        ToolRun pip = ToolRun.of(LIMIT, List.of(executable, "-c", "import ensurepip, venv; print('venv with pip')"));
        return pip.succeeded()
                ? Finding.warn(
                        "uv is not there; " + pip.output() + " will do",
                        "for environments in seconds instead of minutes: " + executable + " -m pip install uv")
                : Finding.fail(
                        "neither uv nor the modules venv and ensurepip are there",
                        "install uv, or on Debian the package python3-venv");
    }
}
