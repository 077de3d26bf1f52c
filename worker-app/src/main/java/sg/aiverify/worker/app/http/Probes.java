package sg.aiverify.worker.app.http;

import java.util.List;
import java.util.function.Supplier;
import sg.aiverify.worker.engine.WorkerStatus;

/** The endpoints with which a supervisor checks whether the worker is alive, and whether it is ready to take tasks. */
public final class Probes {
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;

    private Probes() {}

    /**
     * Creates the endpoints.
     *
     * @param worker the worker's name
     * @param status supplies the worker's status
     * @return the endpoints {@code /livez} and {@code /readyz}, which need no token
     */
    public static List<Endpoint> of(String worker, Supplier<WorkerStatus> status) {
        return List.of(
                new Endpoint("GET", "/livez", "whether the worker can work", true, r -> live(status)),
                new Endpoint(
                        "GET",
                        "/readyz",
                        "whether the worker takes tasks, else the reason",
                        true,
                        r -> ready(worker, status)));
    }

    private static OperatorResponse live(Supplier<WorkerStatus> status) {
        WorkerStatus now = status.get();
        return now.isAlive()
                ? OperatorResponse.text(OK, "alive")
                : OperatorResponse.text(UNAVAILABLE, "not alive\n" + String.join("\n", now.hindrances()));
    }

    private static OperatorResponse ready(String worker, Supplier<WorkerStatus> status) {
        List<String> hindrances = status.get().hindrances();
        return hindrances.isEmpty()
                ? OperatorResponse.text(OK, "ready\nworker " + worker)
                : OperatorResponse.text(
                        UNAVAILABLE, "not ready\n" + String.join("\n", hindrances) + "\nworker " + worker);
    }
}
