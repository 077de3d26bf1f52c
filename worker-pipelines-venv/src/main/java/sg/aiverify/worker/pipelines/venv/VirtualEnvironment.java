package sg.aiverify.worker.pipelines.venv;

import java.nio.file.Path;
import java.util.Objects;
import sg.aiverify.worker.python.AlgorithmRunner;
import sg.aiverify.worker.stage.Environment;

/**
 * A Python environment on this machine: the interpreter itself if it meets all requirements, else a virtual environment
 * on top of it. Runs can only read it.
 *
 * @param python the interpreter of the environment, and the paths that it needs
 * @param description a short description for the log
 */
record VirtualEnvironment(AlgorithmRunner.Python python, String description) implements Environment {
    public VirtualEnvironment {
        Objects.requireNonNull(python, "python");
        Objects.requireNonNull(description, "description");
    }

    /**
     * Returns the interpreter of the environment.
     *
     * @return an absolute path
     */
    public Path executable() {
        return python.executable();
    }
}
