package sg.aiverify.worker.chaos;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.e2e.ValkeyProbe;
import sg.aiverify.worker.testkit.gateway.TaskSink;
import sg.aiverify.worker.testkit.gateway.ValkeyTaskSink;

/** The gateway's side of the queue, and the user's record: the runs that were ordered, and how each must end. */
final class Ledger implements TaskSink {
    /** How a run must end. */
    enum Expected {
        SUCCESS,
        ERROR,
        CANCELLED
    }

    private final QueueServers servers;
    private final ThreadLocal<@Nullable UnaryOperator<String>> edit = new ThreadLocal<>();
    private final Map<String, String> entries = new LinkedHashMap<>();
    private final Set<String> strangers = new LinkedHashSet<>();
    private final Map<String, Expected> expected = new ConcurrentHashMap<>();
    private final Map<String, Instant> cancelled = new ConcurrentHashMap<>();
    private boolean groupCreated;
    private int again;

    Ledger(QueueServers servers) {
        this.servers = servers;
    }

    /** Changes the next task that this thread adds. */
    void editNext(UnaryOperator<String> change) {
        edit.set(change);
    }

    @Override
    public String add(String taskJson) {
        UnaryOperator<String> change = edit.get();
        String task = change == null ? taskJson : change.apply(taskJson);
        String id;
        synchronized (this) {
            createGroup();
            id = add(servers.probe(), task);
            entries.put(id, task);
        }
        edit.remove();
        return id;
    }

    private static String add(ValkeyProbe probe, String task) {
        return String.valueOf(probe.call("XADD", ValkeyTaskSink.STREAM, "*", "task", task));
    }

    /** Adds an entry that is not a valid task and has no id of a run. */
    synchronized void addStranger(String field, String value) {
        strangers.add(String.valueOf(servers.probe().call("XADD", ValkeyTaskSink.STREAM, "*", field, value)));
    }

    // As the gateway does: searches once, from the end.
    private void createGroup() {
        if (groupCreated) {
            return;
        }
        try {
            servers.probe().call("XGROUP", "CREATE", ValkeyTaskSink.STREAM, ValkeyTaskSink.GROUP, "$", "MKSTREAM");
        } catch (IllegalStateException exists) {
            if (!String.valueOf(exists.getMessage()).contains("BUSYGROUP")) {
                throw exists;
            }
        }
        groupCreated = true;
    }

    @Override
    public void delete(String id) {
        servers.probe().call("XDEL", ValkeyTaskSink.STREAM, id);
    }

    /** An action that removes entries without the workers' knowledge. */
    interface Loss {
        void run() throws InterruptedException;
    }

    /**
     * Lets the server lose entries, and adds the tasks of the lost entries again, with the same ids. Workers cannot
     * recover entries that were never delivered. Entries that a worker had received are also added, so many of them
     * are duplicates.
     */
    synchronized void orderAgainAfter(Loss loss) throws InterruptedException {
        Set<String> before = streamed();
        loss.run();
        Set<String> lost = new LinkedHashSet<>(before);
        lost.removeAll(streamed());
        strangers.clear();
        for (String id : lost) {
            String task = entries.remove(id);
            if (task != null) {
                entries.put(add(servers.probe(), task), task);
                again++;
            }
        }
    }

    private Set<String> streamed() {
        Set<String> ids = new LinkedHashSet<>();
        if (servers.probe().call("XRANGE", ValkeyTaskSink.STREAM, "-", "+") instanceof List<?> found) {
            found.forEach(entry -> ids.add(String.valueOf(((List<?>) entry).get(0))));
        }
        return ids;
    }

    synchronized int orderedAgain() {
        return again;
    }

    /** Returns the entries that are not valid tasks and that no server has lost. */
    synchronized Set<String> strangers() {
        return new HashSet<>(strangers);
    }

    void expect(String run, Expected fate) {
        expected.put(run, fate);
    }

    void cancelled(String run) {
        cancelled.put(run, Instant.now());
        expected.put(run, Expected.CANCELLED);
    }

    Map<String, Expected> expected() {
        return Map.copyOf(expected);
    }

    /** Returns the time at which the cancel of a run was confirmed. */
    Map<String, Instant> cancels() {
        return Map.copyOf(cancelled);
    }

    /** Returns the tasks by the ids of their runs, as they were written. */
    synchronized List<JsonObject> tasks() {
        List<JsonObject> tasks = new ArrayList<>();
        for (String task : entries.values()) {
            try {
                tasks.add(JsonParser.parseString(task).getAsJsonObject());
            } catch (RuntimeException poison) {
                // a task of this test
            }
        }
        return tasks;
    }
}
