package sg.aiverify.worker.app.doctor;

import java.util.Objects;

/** Finds the Python that environments are made with. */
@FunctionalInterface
public interface PythonLookup {
    /**
     * Finds it.
     *
     * @return a suitable interpreter
     * @throws InterruptedException if the thread is interrupted
     * @throws sg.aiverify.worker.failure.WorkerException if there is none; the message tells what was tried
     */
    Interpreter find() throws InterruptedException;

    /**
     * A Python interpreter.
     *
     * @param executable its path
     * @param version what it calls itself, for example {@code 3.11.7}
     */
    record Interpreter(String executable, String version) {
        public Interpreter {
            Objects.requireNonNull(executable, "executable");
            Objects.requireNonNull(version, "version");
        }
    }
}
