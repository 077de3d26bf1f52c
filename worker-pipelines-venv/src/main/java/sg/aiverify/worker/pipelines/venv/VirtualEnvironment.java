package sg.aiverify.worker.pipelines.venv;

import java.nio.file.Path;
import java.util.Objects;
import sg.aiverify.worker.python.AlgorithmRunner;
import sg.aiverify.worker.stage.Environment;

/**
 * A Python environment on this machine: the interpreter itself where it has all that is needed, else a virtual
 * environment on top of it. Read-only to runs.
 *
 * @param python how to run it
 * @param description a few words for the log
 */
record VirtualEnvironment(AlgorithmRunner.Python python, String description) implements Environment {
    public VirtualEnvironment {
        Objects.requireNonNull(python, "python");
        Objects.requireNonNull(description, "description");
    }

    /**
     * Gives the interpreter.
     *
     * @return an absolute path
     */
    public Path executable() {
        return python.executable();
    }
}
