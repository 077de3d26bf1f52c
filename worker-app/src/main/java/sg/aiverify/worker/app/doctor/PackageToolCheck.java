package sg.aiverify.worker.app.doctor;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import sg.aiverify.worker.failure.WorkerException;
import sg.aiverify.worker.python.PackageIndexes;

/** Looks for what builds environments, uv, else the interpreter's venv and pip, and where they get packages from. */
public final class PackageToolCheck implements Check {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final PythonLookup lookup;
    private final String uv;
    private final IndexLookup indexes;

    /** Finds where packages come from. */
    @FunctionalInterface
    public interface IndexLookup {
        /**
         * Finds it.
         *
         * @return what is set for pip and for uv
         * @throws InterruptedException if the thread is interrupted
         * @throws WorkerException if there is no suitable Python to ask
         */
        PackageIndexes find() throws InterruptedException;
    }

    /**
     * Creates the check.
     *
     * @param lookup finds the interpreter
     * @param uv the command uv, by name or path
     * @param indexes finds where packages come from
     */
    public PackageToolCheck(PythonLookup lookup, String uv, IndexLookup indexes) {
        this.lookup = lookup;
        this.uv = uv;
        this.indexes = indexes;
    }

    @Override
    public String name() {
        return "Package tool";
    }

    @Override
    public Finding look() throws InterruptedException {
        ToolRun version = ToolRun.of(LIMIT, List.of(uv, "--version"));
        Finding tool = version.succeeded() ? Finding.ok(version.output()) : withoutUv();
        try {
            PackageIndexes found = indexes.find();
            boolean uvIsThere = version.succeeded() || found.interpreterHasUv();
            Optional<String> problem = found.problem(uvIsThere);
            if (problem.isPresent()) {
                return Finding.fail(problem.get(), "");
            }
            String observation = tool.observation() + "; " + found.description(uvIsThere);
            return found.leavesSettingsOut(uvIsThere) && tool.severity() == Finding.Severity.OK
                    ? Finding.warn(observation, "set the same index for both tools, or for one of them only")
                    : new Finding(tool.severity(), observation, tool.advice());
        } catch (WorkerException e) {
            return tool; // what is wrong with Python is the finding of another check
        }
    }

    private Finding withoutUv() throws InterruptedException {
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
