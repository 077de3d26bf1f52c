package sg.aiverify.worker.app;

/** The exit codes of the process. */
final class ExitCode {
    static final int OK = 0;
    static final int FAILURE = 1;
    /** An option or a setting is wrong. A restart does not help. */
    static final int USAGE = 2;
    /** The number to add to a signal's number, as shells do. */
    static final int SIGNAL = 128;

    private ExitCode() {}
}
