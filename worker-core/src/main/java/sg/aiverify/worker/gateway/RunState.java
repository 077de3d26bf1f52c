package sg.aiverify.worker.gateway;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;

/**
 * What the gateway tells of a test run.
 *
 * @param status where it stands
 * @param progress how far it was told to be, 0 to 100; 0 if the gateway does not tell
 */
@API(status = STABLE, since = "1.0")
public record RunState(RunStatus status, int progress) {
    /**
     * Creates the state of a run whose progress the gateway does not tell.
     *
     * @param status where it stands
     */
    public RunState(RunStatus status) {
        this(status, 0);
    }
}
