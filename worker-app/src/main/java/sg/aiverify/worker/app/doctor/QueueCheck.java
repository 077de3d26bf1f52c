package sg.aiverify.worker.app.doctor;

import java.util.function.Supplier;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.WorkerException;
import sg.aiverify.worker.queue.valkey.QueueOverview;

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
            return Finding.fail(
                    String.valueOf(e.getMessage()),
                    "start the server, or set VALKEY_HOST_ADDRESS and VALKEY_PORT (and VALKEY_USERNAME,"
                            + " VALKEY_PASSWORD, VALKEY_TLS if it wants them)");
        }
        String server = queue.server() + " at " + address;
        if (queue.entries().isEmpty() || queue.consumers().isEmpty()) {
            return Finding.ok(server + "; "
                    + (queue.entries().isEmpty() ? "no task stream" : "a task stream, but no group of workers")
                    + " yet (the worker makes what is missing)");
        }
        return Finding.ok(server + "; " + queue.entries().getAsLong() + " entries in the task stream, "
                + queue.pending().orElse(0) + " being worked on, "
                + queue.consumers().getAsLong() + " consumers");
    }
}
