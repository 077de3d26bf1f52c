package sg.aiverify.worker.app.doctor;

import java.util.Objects;

/** Finds the Python interpreter that builds environments. */
@FunctionalInterface
public interface PythonLookup {
    /**
     * Finds the interpreter.
     *
     * @return a suitable interpreter
     * @throws InterruptedException if the thread is interrupted
     * @throws sg.aiverify.worker.failure.WorkerException if there is no suitable interpreter; the message lists the
     *     interpreters that were tried
     */
    Interpreter find() throws InterruptedException;

    /**
     * A Python interpreter.
     *
     * @param executable its path
     * @param version its version, for example {@code 3.11.7}
     */
    record Interpreter(String executable, String version) {
        public Interpreter {
            Objects.requireNonNull(executable, "executable");
            Objects.requireNonNull(version, "version");
        }
    }
}
