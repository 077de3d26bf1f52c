package sg.aiverify.worker.queue.valkey.internal;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.queue.Delivery;

/**
 * A delivered entry of the stream.
 *
 * @param id the entry's id
 * @param attempt the number of the delivery, from 1
 * @param fields the entry's fields; null if the entry was deleted
 */
record StreamEntry(String id, int attempt, @Nullable Map<String, String> fields) {
    /** The name of the field to which the gateway writes the task. */
    static final String TASK = "task";

    private static final Gson JSON = new GsonBuilder().disableHtmlEscaping().create();

    /** Parses the response of XREADGROUP for one stream. A null response means that no entry arrived in time. */
    static List<StreamEntry> ofRead(@Nullable Object reply) {
        List<StreamEntry> entries = new ArrayList<>();
        if (reply != null) {
            for (Object stream : list(reply)) {
                for (Object entry : list(list(stream).get(1))) {
                    entries.add(new StreamEntry(
                            text(list(entry).get(0)), 1, fields(list(entry).get(1))));
                }
            }
        }
        return entries;
    }

    /** Parses an entry of at least three parts: its id, its delivery count and its fields. */
    static StreamEntry of(List<?> parts) {
        return new StreamEntry(text(parts.get(0)), Math.toIntExact((Long) parts.get(1)), fields(parts.get(2)));
    }

    static String text(@Nullable Object value) {
        return value instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(value);
    }

    static List<?> list(@Nullable Object value) {
        if (value instanceof List<?> list) {
            return list;
        }
        throw new IllegalStateException("the server must return a list, but returned " + value);
    }

    boolean isDeleted() {
        return fields == null;
    }

    /**
     * Converts the entry to a delivery. If there is no task, the payload contains all fields, and the flaw lists their
     * names.
     */
    Delivery delivery() {
        if (fields == null) {
            return new Delivery(id, attempt, "");
        }
        String task = fields.get(TASK);
        if (task != null) {
            return new Delivery(id, attempt, task);
        }
        String names = FailureText.printable(String.join(", ", fields.keySet()));
        return new Delivery(
                id, attempt, JSON.toJson(fields), "the entry has no field '" + TASK + "'; its fields are " + names);
    }

    private static @Nullable Map<String, String> fields(@Nullable Object flat) {
        if (flat == null) {
            return null;
        }
        List<?> parts = list(flat);
        Map<String, String> fields = new LinkedHashMap<>();
        for (int i = 0; i + 1 < parts.size(); i += 2) {
            fields.put(text(parts.get(i)), text(parts.get(i + 1)));
        }
        return fields;
    }
}
