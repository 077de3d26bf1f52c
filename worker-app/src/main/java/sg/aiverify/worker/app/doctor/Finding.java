package sg.aiverify.worker.app.doctor;

import java.util.Objects;
import sg.aiverify.worker.app.terminal.Table;

/**
 * The result of a check.
 *
 * @param severity its severity
 * @param observation the state that the check found
 * @param advice the steps that fix the problem; empty if there is nothing to do
 */
public record Finding(Severity severity, String observation, String advice) {
    public Finding {
        Objects.requireNonNull(severity, "severity");
        Objects.requireNonNull(observation, "observation");
        Objects.requireNonNull(advice, "advice");
    }

    /** Returns a command as a separate line of an advice. The line is never wrapped, so that users can paste it. */
    static String command(String command) {
        return "\n" + Table.UNBROKEN + command;
    }

    /** The severity of a finding. */
    public enum Severity {
        /** No problem. */
        OK,
        /** The worker runs, but could run better, or a problem may appear later. */
        WARN,
        /** The worker cannot run tasks. */
        FAIL
    }

    /**
     * Creates a finding without a problem.
     *
     * @param observation the state that the check found
     * @return the finding
     */
    public static Finding ok(String observation) {
        return new Finding(Severity.OK, observation, "");
    }

    /**
     * Creates a warning.
     *
     * @param observation the state that the check found
     * @param advice the steps that fix the problem; empty if there is nothing to do
     * @return the finding
     */
    public static Finding warn(String observation, String advice) {
        return new Finding(Severity.WARN, observation, advice);
    }

    /**
     * Creates a failure: the worker cannot run tasks.
     *
     * @param observation the state that the check found
     * @param advice the steps that fix the problem; empty if the observation contains it
     * @return the finding
     */
    public static Finding fail(String observation, String advice) {
        return new Finding(Severity.FAIL, observation, advice);
    }
}
