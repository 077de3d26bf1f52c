package sg.aiverify.worker.engine;

import sg.aiverify.worker.failure.Reason;

/** The module of the error stage is broken: nothing but its operator can help. */
final class UnreportedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnreportedException(String module, Throwable cause) {
        super("the module " + module + " could not report it: " + Reason.of(cause), cause);
    }
}
