package sg.aiverify.worker.pipelines.venv;

import java.nio.file.Path;
import java.util.Objects;
import sg.aiverify.worker.python.AlgorithmRunner;
import sg.aiverify.worker.stage.Environment;

/**
 * A Python environment on this machine. If the interpreter meets all requirements, it is the environment. Otherwise the
 * environment is a virtual environment that is based on the interpreter. Runs cannot change the environment.
 *
 * @param python the interpreter of the environment, and the paths that the interpreter needs to read
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
