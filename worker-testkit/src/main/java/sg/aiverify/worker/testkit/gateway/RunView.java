package sg.aiverify.worker.testkit.gateway;

import static org.apiguardian.api.API.Status.STABLE;

import java.util.List;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.gateway.RunStatus;

/**
 * A run at one moment.
 *
 * @param id the run's id
 * @param status the status
 * @param progress the progress in percent, 0 to 100
 * @param errorMessage the last reported error, regardless of the status; null if there is none
 * @param result the linked result; null if there is none
 * @param ends every status after pending, in order; more than one is an error
 * @param progressHistory all progress values that were stored, in order
 */
@API(status = STABLE, since = "1.0")
public record RunView(
        String id,
        RunStatus status,
        int progress,
        @Nullable String errorMessage,
        @Nullable StoredResult result,
        List<RunStatus> ends,
        List<Integer> progressHistory) {}
