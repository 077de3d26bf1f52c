package sg.aiverify.worker.gateway;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;

/**
 * The state of a test run, as the gateway reports it.
 *
 * @param status its status
 * @param progress the last reported progress in percent, 0 to 100; 0 if the gateway does not report it
 */
@API(status = STABLE, since = "1.0")
public record RunState(RunStatus status, int progress) {
    /**
     * Creates the state of a run whose progress is unknown.
     *
     * @param status its status
     */
    public RunState(RunStatus status) {
        this(status, 0);
    }
}
