package sg.aiverify.worker.app.doctor;

import java.util.function.Supplier;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.WorkerException;
import sg.aiverify.worker.failure.internal.Quantity;
import sg.aiverify.worker.queue.valkey.internal.QueueOverview;

/** Checks Valkey: connection, login, version, stream and consumer group. */
public final class QueueCheck implements Check {
    private final String address;
    private final Supplier<QueueOverview> overview;

    /**
     * Creates the check.
     *
     * @param address the host and the port, for messages
     * @param overview queries the server
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
    public Finding run() {
        QueueOverview queue;
        try {
            queue = overview.get();
        } catch (ConfigurationException e) {
            return Finding.fail(String.valueOf(e.getMessage()), "correct these settings");
        } catch (WorkerException e) {
            String reason = String.valueOf(e.getMessage());
            return Finding.fail(reason, advice(reason));
        }
        String server = queue.server() + " at " + address;
        if (queue.entries().isEmpty() || queue.workers().isEmpty()) {
            return Finding.ok(server + "; "
                    + (queue.entries().isEmpty() ? "no task stream" : "a task stream, but no consumer group")
                    + " yet (the worker creates it)");
        }
        return Finding.ok(
                server + "; " + Quantity.of(queue.entries().getAsLong(), "entry", "entries") + " in the task stream, "
                        + queue.inProgress().orElse(0) + " in progress, "
                        + queue.waiting().orElse(0) + " waiting for a retry, "
                        + Quantity.of(queue.workers().getAsLong(), "worker"));
    }

    private static String advice(String reason) {
        if (reason.contains("read-only replica")) {
            return ""; // The message contains the advice.
        }
        return reason.contains("cannot be reached")
                ? "start the server, or set VALKEY_HOST_ADDRESS and VALKEY_PORT to its address; set VALKEY_TLS if it"
                        + " requires TLS"
                : "set VALKEY_USERNAME and VALKEY_PASSWORD (or VALKEY_PASSWORD_FILE) to a user of this server";
    }
}
