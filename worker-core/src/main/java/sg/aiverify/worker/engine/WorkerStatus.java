package sg.aiverify.worker.engine;

import static org.apiguardian.api.API.Status.STABLE;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apiguardian.api.API;

/**
 * The status of a worker.
 *
 * @param phase the phase that the worker is in
 * @param slots the number of tasks from the queue that the worker can run at once
 * @param running the number of runs in progress
 * @param awaitingReport the number of failed runs that have left their slot and await the report of their error
 * @param diskFull whether the disk of the runs is full
 * @param unavailable the failures of the services that cannot be reached or that fail requests of runs, without
 *     secrets; the keys are the names of the services
 */
@API(status = STABLE, since = "1.0")
public record WorkerStatus(
        Phase phase, int slots, int running, int awaitingReport, boolean diskFull, Map<String, String> unavailable) {
    /** The phases between a worker's start and its end. */
    public enum Phase {
        /** The worker is not started yet. */
        NEW,
        /** The worker is started, but the queue has not responded yet. */
        STARTING,
        /** The worker receives tasks. */
        RECEIVING,
        /** The worker receives no more tasks, and waits for its runs to finish. */
        DRAINING,
        /** The worker has stopped. */
        STOPPED,
        /** A necessary part of the worker has ended unexpectedly. The process must be restarted. */
        BROKEN
    }

    public WorkerStatus {
        Objects.requireNonNull(phase, "phase");
        unavailable = Map.copyOf(unavailable);
    }

    /**
     * Returns whether the worker works, or will work once the services that it waits for are available.
     *
     * @return false if the process must be restarted
     */
    public boolean isAlive() {
        return phase != Phase.BROKEN;
    }

    /**
     * Returns the reasons why the worker receives no tasks. Busy slots are not such a reason.
     *
     * @return a short text for each reason; empty if it receives tasks
     */
    public List<String> hindrances() {
        List<String> hindrances = new ArrayList<>();
        String ofPhase = switch (phase) {
            case NEW -> "not started yet";
            case STARTING -> "the queue has not responded yet";
            case RECEIVING -> "";
            case DRAINING -> "draining: no more tasks are received, " + (running + awaitingReport) + " in progress";
            case STOPPED -> "stopped";
            case BROKEN -> "broken: a part of the worker has ended unexpectedly, see its log";
        };
        if (!ofPhase.isEmpty()) {
            hindrances.add(ofPhase);
        }
        if (diskFull) {
            hindrances.add("the disk of the runs is full");
        }
        new TreeMap<>(unavailable).forEach((service, wrong) -> hindrances.add(problem(service, wrong)));
        return hindrances;
    }

    /** Describes the failure of a service. Adds the service's name unless the text begins with it. */
    static String problem(String service, String wrong) {
        return wrong.startsWith(service + " ") ? wrong : service + ": " + wrong;
    }
}
