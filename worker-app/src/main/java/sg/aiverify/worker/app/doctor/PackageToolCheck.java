package sg.aiverify.worker.app.doctor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sg.aiverify.worker.failure.WorkerException;
import sg.aiverify.worker.python.PackageIndexes;
import sg.aiverify.worker.python.UvVersion;

/** Checks for a tool that builds environments (uv, else the interpreter's venv and pip) and for its package index. */
public final class PackageToolCheck implements Check {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final PythonLookup lookup;
    private final String uv;
    private final IndexLookup indexes;

    /** Finds the package indexes that are configured. */
    @FunctionalInterface
    public interface IndexLookup {
        /**
         * Finds the indexes.
         *
         * @return the settings of pip and of uv
         * @throws InterruptedException if the thread is interrupted
         * @throws WorkerException if there is no suitable Python to query
         */
        PackageIndexes find() throws InterruptedException;
    }

    /**
     * Creates the check.
     *
     * @param lookup finds the interpreter
     * @param uv the name or the path of the command uv
     * @param indexes finds the package indexes
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
    public Finding run() throws InterruptedException {
        PackageIndexes found;
        List<String> command = new ArrayList<>();
        try {
            found = indexes.find();
            command.addAll(found.interpreterHasUv() ? List.of(lookup.find().executable(), "-m", "uv") : List.of(uv));
        } catch (WorkerException e) {
            found = null; // PythonCheck reports this problem
            command.add(uv);
        }
        command.add("--version");
        ToolRun version = ToolRun.of(LIMIT, command);
        boolean hasUv = version.succeeded() && UvVersion.isAllowed(version.output());
        Finding tool = hasUv ? Finding.ok(version.output()) : withoutUv(version);
        return found == null ? tool : withIndexes(tool, found, hasUv);
    }

    private static Finding withIndexes(Finding tool, PackageIndexes found, boolean hasUv) {
        Optional<String> problem = found.problem(hasUv);
        if (problem.isPresent()) {
            return Finding.fail(problem.get(), "");
        }
        String observation = tool.observation() + "; " + found.description(hasUv);
        if (!hasUv && tool.severity() == Finding.Severity.WARN && !found.uvCan(true)) {
            return Finding.ok(observation + "; uv is faster, but needs its own settings for the package index");
        }
        return found.leavesSettingsOut(hasUv) && tool.severity() == Finding.Severity.OK
                ? Finding.warn(observation, "set the same index for both tools, or for one of them only")
                : new Finding(tool.severity(), observation, tool.advice());
    }

    private Finding withoutUv(ToolRun version) throws InterruptedException {
        String missing = version.succeeded()
                ? version.output() + " is not used: it is older than " + UvVersion.OLDEST
                : "uv is not installed";
        String executable;
        try {
            executable = lookup.find().executable();
        } catch (WorkerException e) {
            return Finding.warn(missing + "; pip was not checked: no suitable Python", "see the check Python");
        }
        // Tests both modules, since Debian has ensurepip in the separate package python3-venv.
        ToolRun pip = ToolRun.of(LIMIT, List.of(executable, "-c", "import ensurepip, venv; print('venv with pip')"));
        return pip.succeeded()
                ? Finding.warn(
                        missing + "; " + pip.output() + " is used instead",
                        "to build environments in seconds instead of minutes, install uv:"
                                + PipAdvice.toInstall(executable, "uv"))
                : Finding.fail(
                        missing + "; the Python modules venv and ensurepip are also missing",
                        "install uv, or on Debian the package python3-venv");
    }
}
