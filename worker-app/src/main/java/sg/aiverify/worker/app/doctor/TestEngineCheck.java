package sg.aiverify.worker.app.doctor;

import java.time.Duration;
import java.util.List;
import sg.aiverify.worker.failure.WorkerException;

/** Looks whether the interpreter has the AI Verify test engine. */
public final class TestEngineCheck implements Check {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String ASK = "import importlib.metadata as m; print(m.version('aiverify-test-engine'))";

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
    public Finding look() throws InterruptedException {
        String executable;
        try {
            executable = lookup.find().executable();
        } catch (WorkerException e) {
            return Finding.warn("not looked for: there is no suitable Python", "");
        }
        ToolRun asked = ToolRun.of(LIMIT, List.of(executable, "-c", ASK));
        if (asked.succeeded()) {
            return Finding.ok("aiverify-test-engine " + asked.output());
        }
        return Finding.warn(
                "aiverify-test-engine is not installed in " + executable,
                "nothing, if a package index can be reached: it is installed into each environment;"
                        + " for quicker first runs:" + PipAdvice.toInstall(executable, "aiverify-test-engine"));
    }
}
