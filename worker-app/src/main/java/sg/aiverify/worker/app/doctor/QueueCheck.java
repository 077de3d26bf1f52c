package sg.aiverify.worker.app.doctor;

import java.util.function.Supplier;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.WorkerException;
import sg.aiverify.worker.failure.internal.Quantity;
import sg.aiverify.worker.queue.valkey.internal.QueueOverview;

/** Looks at Valkey: reached, logged in, version, stream and group. */
public final class QueueCheck implements Check {
    private final String address;
    private final Supplier<QueueOverview> overview;

    /**
     * Creates the check.
     *
     * @param address host and port, for messages
     * @param overview looks at the server
     */
    public QueueCheck(String address, Supplier<QueueOverview> overview) {
        this.address = address;
        this.overview = overview;
    }

    @Override
    public String name() {
        return "Valkey";
    }

    @Override
    public Finding look() {
        QueueOverview queue;
        try {
            queue = overview.get();
        } catch (ConfigurationException e) {
            return Finding.fail(String.valueOf(e.getMessage()), "correct the settings that are named");
        } catch (WorkerException e) {
            String reason = String.valueOf(e.getMessage());
            return Finding.fail(reason, advice(reason));
        }
        String server = queue.server() + " at " + address;
        if (queue.entries().isEmpty() || queue.workers().isEmpty()) {
            return Finding.ok(server + "; "
                    + (queue.entries().isEmpty() ? "no task stream" : "a task stream, but no group of workers")
                    + " yet (the worker makes what is missing)");
        }
        return Finding.ok(
                server + "; " + Quantity.of(queue.entries().getAsLong(), "entry", "entries") + " in the task stream, "
                        + queue.inProgress().orElse(0) + " in progress, "
                        + queue.waiting().orElse(0) + " to be tried again, "
                        + Quantity.of(queue.workers().getAsLong(), "worker"));
    }

    private static String advice(String reason) {
        if (reason.contains("read-only replica")) {
            return ""; // It says what to do.
        }
        return reason.contains("cannot be reached")
                ? "start the server, or set VALKEY_HOST_ADDRESS and VALKEY_PORT to where it is; VALKEY_TLS if it wants TLS"
                : "set VALKEY_USERNAME and VALKEY_PASSWORD (or VALKEY_PASSWORD_FILE) to those of a user of this server";
    }
}
