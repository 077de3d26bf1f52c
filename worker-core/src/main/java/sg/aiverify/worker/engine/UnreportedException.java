package sg.aiverify.worker.engine;

import sg.aiverify.worker.failure.Reason;

/** The module of the error stage fails repeatedly. Only the operator can fix it. */
final class UnreportedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnreportedException(String module, Throwable cause) {
        super("the module " + module + " could not report the error: " + Reason.of(cause), cause);
    }
}
