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

/** The gateway's end of the queue, and what the user remembers: what was ordered, and what must become of it. */
final class Ledger implements TaskSink {
    /** What must become of a run. */
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

    /** Changes the task that this thread adds next. */
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

    /** Adds an entry that is no task and names no run. */
    synchronized void addStranger(String field, String value) {
        strangers.add(String.valueOf(servers.probe().call("XADD", ValkeyTaskSink.STREAM, "*", field, value)));
    }

    // As the gateway does: once, from the end.
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

    /** Something that takes entries away behind the workers' back. */
    interface Loss {
        void run() throws InterruptedException;
    }

    /**
     * Lets the server lose entries, and orders again, under the same ids, what was in the stream before and is not now.
     * The worker cannot bring back what was never delivered; whether an entry was in some worker's hands is not looked
     * at, so many of them are doubles.
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

    /** Gives the entries that are no tasks and that no server has lost. */
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

    /** Gives when a run's cancel was answered. */
    Map<String, Instant> cancels() {
        return Map.copyOf(cancelled);
    }

    /** Gives tasks with the ids of their runs, as they were written. */
    synchronized List<JsonObject> tasks() {
        List<JsonObject> tasks = new ArrayList<>();
        for (String task : entries.values()) {
            try {
                tasks.add(JsonParser.parseString(task).getAsJsonObject());
            } catch (RuntimeException poison) {
                // one of ours
            }
        }
        return tasks;
    }
}
