package sg.aiverify.worker.app.demo;

import java.time.Duration;
import sg.aiverify.worker.gateway.RunStatus;

/** One run of the demonstration. Thread-safe. */
public interface DemoRun {
    /**
     * Says what the run shows.
     *
     * @return a few words
     */
    String name();

    /**
     * Names its algorithm.
     *
     * @return the algorithm's id
     */
    String algorithm();

    /**
     * Tells how the run should end.
     *
     * @return a status other than pending
     */
    RunStatus expected();

    /**
     * Tells where the run stands at the gateway.
     *
     * @return pending until it has ended
     */
    RunStatus status();

    /**
     * Tells how far it is.
     *
     * @return 0 to 100
     */
    int progress();

    /**
     * Tells how long it took, or has taken so far.
     *
     * @return the time since it was handed in
     */
    Duration duration();

    /**
     * Gives what came out: a figure of the result, or the first line of the error.
     *
     * @return a few words; empty while the run is pending
     */
    String summary();
}
