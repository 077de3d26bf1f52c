package sg.aiverify.worker.app.doctor;

import java.time.Duration;
import java.util.List;
import sg.aiverify.worker.failure.WorkerException;

/** Checks whether the AI Verify test engine is installed in the interpreter. */
public final class TestEngineCheck implements Check {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String PRINT_VERSION =
            "import importlib.metadata as m; print(m.version('aiverify-test-engine'))";

    private final PythonLookup lookup;

    /**
     * Creates the check.
     *
     * @param lookup finds the interpreter
     */
    public TestEngineCheck(PythonLookup lookup) {
        this.lookup = lookup;
    }

    @Override
    public String name() {
        return "Test engine";
    }

    @Override
    public Finding run() throws InterruptedException {
        String executable;
        try {
            executable = lookup.find().executable();
        } catch (WorkerException e) {
            return Finding.warn("not checked: no suitable Python", "see the check Python");
        }
        ToolRun version = ToolRun.of(LIMIT, List.of(executable, "-c", PRINT_VERSION));
        if (version.succeeded()) {
            return Finding.ok("aiverify-test-engine " + version.output());
        }
        return Finding.warn(
                "aiverify-test-engine is not installed in " + executable,
                "nothing to do if a package index can be reached: the worker installs it in each environment;"
                        + " for faster first runs:" + PipAdvice.toInstall(executable, "aiverify-test-engine"));
    }
}
