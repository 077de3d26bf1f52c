package sg.aiverify.worker.app.doctor;

import java.util.Objects;
import sg.aiverify.worker.app.terminal.Table;

/**
 * What a check found.
 *
 * @param severity how bad it is
 * @param observation what was seen
 * @param advice what to do about it; empty if nothing needs doing
 */
public record Finding(Severity severity, String observation, String advice) {
    public Finding {
        Objects.requireNonNull(severity, "severity");
        Objects.requireNonNull(observation, "observation");
        Objects.requireNonNull(advice, "advice");
    }

    /** Makes a command a line of its own in an advice, which is never broken, so that it can be pasted. */
    static String command(String command) {
        return "\n" + Table.UNBROKEN + command;
    }

    /** How bad something is. */
    public enum Severity {
        /** As it should be. */
        OK,
        /** The worker runs, but not as well as it could, or something will happen later. */
        WARN,
        /** The worker cannot do its work. */
        FAIL
    }

    /**
     * Finds nothing wrong.
     *
     * @param observation what was seen
     * @return the finding
     */
    public static Finding ok(String observation) {
        return new Finding(Severity.OK, observation, "");
    }

    /**
     * Finds something that deserves a look.
     *
     * @param observation what was seen
     * @param advice what to do about it
     * @return the finding
     */
    public static Finding warn(String observation, String advice) {
        return new Finding(Severity.WARN, observation, advice);
    }

    /**
     * Finds something that keeps the worker from its work.
     *
     * @param observation what was seen
     * @param advice what to do about it
     * @return the finding
     */
    public static Finding fail(String observation, String advice) {
        return new Finding(Severity.FAIL, observation, advice);
    }
}
