package sg.aiverify.worker.testkit.gateway;

import static org.apiguardian.api.API.Status.STABLE;

import java.util.List;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.gateway.RunStatus;

/**
 * A run at one moment.
 *
 * @param id of the run
 * @param status where it stands
 * @param progress 0 to 100
 * @param errorMessage what was told last, whatever the status
 * @param result the linked result
 * @param ends every status that the run took after pending, in order; more than one means trouble
 * @param progressHistory every progress that was stored, in order
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
