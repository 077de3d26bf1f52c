package sg.aiverify.worker.engine;

import static org.apiguardian.api.API.Status.STABLE;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apiguardian.api.API;

/**
 * How a worker is at a moment.
 *
 * @param phase where it is between its start and its end
 * @param slots how many tasks of the queue it runs at once
 * @param running the runs that are in progress
 * @param awaitingReport the runs that have failed and left their slot, and await the report of their error
 * @param diskFull whether there is no space left where runs work
 * @param away the services that cannot be reached or fail runs, and what is wrong with each; without secrets
 */
@API(status = STABLE, since = "1.0")
public record WorkerStatus(
        Phase phase, int slots, int running, int awaitingReport, boolean diskFull, Map<String, String> unavailable) {
    /** Where a worker is between its start and its end. */
    public enum Phase {
        /** It was not started yet. */
        NEW,
        /** It takes tasks, but the queue has not answered yet. */
        STARTING,
        /** It takes tasks. */
        RECEIVING,
        /** It takes no more tasks, and lets its runs finish. */
        DRAINING,
        /** It has stopped. */
        STOPPED,
        /** A part that it cannot do without has ended by itself; only a new worker helps. */
        BROKEN
    }

    public WorkerStatus {
        Objects.requireNonNull(phase, "phase");
        unavailable = Map.copyOf(unavailable);
    }

    /**
     * Returns whether the worker can do its work, now or when what it waits for is there.
     *
     * @return false if only a new worker helps
     */
    public boolean isAlive() {
        return phase != Phase.BROKEN;
    }

    /**
     * Says what keeps the worker from taking tasks. That all its slots are busy does not count.
     *
     * @return some words for each reason; empty if it takes tasks
     */
    public List<String> hindrances() {
        List<String> hindrances = new ArrayList<>();
        String ofPhase = switch (phase) {
            case NEW -> "not started yet";
            case STARTING -> "the queue has not answered yet";
            case RECEIVING -> "";
            case DRAINING -> "draining: no more tasks are taken, " + (running + awaitingReport) + " in progress";
            case STOPPED -> "stopped";
            case BROKEN -> "broken: a part of the worker has ended by itself, see its log";
        };
        if (!ofPhase.isEmpty()) {
            hindrances.add(ofPhase);
        }
        if (diskFull) {
            hindrances.add("the disk that runs work on is full");
        }
        new TreeMap<>(unavailable).forEach((service, wrong) -> hindrances.add(trouble(service, wrong)));
        return hindrances;
    }

    /** Says what is wrong with a service, and its name once. */
    static String trouble(String service, String wrong) {
        return wrong.startsWith(service + " ") ? wrong : service + ": " + wrong;
    }
}
