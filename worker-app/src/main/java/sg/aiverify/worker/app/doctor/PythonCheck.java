package sg.aiverify.worker.app.doctor;

import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.WorkerException;

/** Checks for a suitable Python. */
public final class PythonCheck implements Check {
    private final PythonLookup lookup;

    /**
     * Creates the check.
     *
     * @param lookup finds the interpreter
     */
    public PythonCheck(PythonLookup lookup) {
        this.lookup = lookup;
    }

    @Override
    public String name() {
        return "Python";
    }

    @Override
    public Finding run() throws InterruptedException {
        try {
            PythonLookup.Interpreter python = lookup.find();
            return Finding.ok(python.version() + " at " + python.executable());
        } catch (ConfigurationException e) {
            return Finding.fail(
                    String.valueOf(e.getMessage()), "install Python 3.10, 3.11 or 3.12 and set PYTHON to its path");
        } catch (WorkerException e) {
            return Finding.fail(
                    String.valueOf(e.getMessage()), "allow the worker's user to write there, or free some space");
        }
    }
}
