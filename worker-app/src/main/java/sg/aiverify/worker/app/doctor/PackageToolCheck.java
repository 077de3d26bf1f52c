package sg.aiverify.worker.app.doctor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sg.aiverify.worker.failure.WorkerException;
import sg.aiverify.worker.python.PackageIndexes;
import sg.aiverify.worker.python.UvVersion;

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
        PackageIndexes found;
        List<String> command = new ArrayList<>();
        try {
            found = indexes.find();
            command.addAll(found.interpreterHasUv() ? List.of(lookup.find().executable(), "-m", "uv") : List.of(uv));
        } catch (WorkerException e) {
            found = null; // what is wrong with Python is the finding of another check
            command.add(uv);
        }
        command.add("--version");
        ToolRun version = ToolRun.of(LIMIT, command);
        boolean uvIsThere = version.succeeded() && UvVersion.isAllowed(version.output());
        Finding tool = uvIsThere ? Finding.ok(version.output()) : withoutUv(version);
        return found == null ? tool : withIndexes(tool, found, uvIsThere);
    }

    private static Finding withIndexes(Finding tool, PackageIndexes found, boolean uvIsThere) {
        Optional<String> problem = found.problem(uvIsThere);
        if (problem.isPresent()) {
            return Finding.fail(problem.get(), "");
        }
        String observation = tool.observation() + "; " + found.description(uvIsThere);
        if (!uvIsThere && tool.severity() == Finding.Severity.WARN && !found.uvCan(true)) {
            return Finding.ok(
                    observation + "; uv, which is quicker, would need settings of its own for the package index");
        }
        return found.leavesSettingsOut(uvIsThere) && tool.severity() == Finding.Severity.OK
                ? Finding.warn(observation, "set the same index for both tools, or for one of them only")
                : new Finding(tool.severity(), observation, tool.advice());
    }

    private Finding withoutUv(ToolRun version) throws InterruptedException {
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
                        "for environments in seconds instead of minutes:" + PipAdvice.toInstall(executable, "uv"))
                : Finding.fail(
                        missing + "; the modules venv and ensurepip are not there, either",
                        "install uv, or on Debian the package python3-venv");
    }
}
