package sg.aiverify.worker.app.logging;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Checks lines against the fields of the Elastic Common Schema that the worker uses, each with its type there.
 *
 * <p>Written by hand after the <a href="https://www.elastic.co/guide/en/ecs/8.17/ecs-field-reference.html">field
 * reference of ECS 8.17</a>: base fields, ECS, error, log, process, service.
 */
public final class EcsLines {
    private static final String VERSION = "8.17.0";
    private static final int MAX_KEYWORD = 1024; // longer ones are not indexed

    private static final Map<String, String> TYPES = Map.ofEntries(
            entry("@timestamp", "date"),
            entry("message", "match_only_text"),
            entry("labels.run", "keyword"), // labels is an object whose members are keywords
            entry("ecs.version", "keyword"),
            entry("error.message", "match_only_text"),
            entry("error.stack_trace", "wildcard"),
            entry("error.type", "keyword"),
            entry("log.level", "keyword"),
            entry("log.logger", "keyword"),
            entry("process.thread.name", "keyword"),
            entry("service.name", "keyword"),
            entry("service.node.name", "keyword"));

    private static final List<String> ALWAYS = List.of(
            "@timestamp", "message", "ecs.version", "log.level", "log.logger", "process.thread.name", "service.name");

    private EcsLines() {}

    /** Reads lines, each an event with only fields of the schema; returns the fields of each by name. */
    public static List<Map<String, String>> of(String text) {
        return text.lines().map(EcsLines::event).toList();
    }

    private static Map<String, String> event(String line) {
        Map<String, String> event = new TreeMap<>();
        put("", JsonParser.parseString(line).getAsJsonObject(), event);
        assertThat(event.keySet()).as(line).isSubsetOf(TYPES.keySet()).containsAll(ALWAYS);
        assertThat(event).containsEntry("ecs.version", VERSION).containsEntry("service.name", "aiverify-worker");
        event.forEach((name, value) -> {
            switch (TYPES.get(name)) {
                case "date" -> assertThat(Instant.parse(value)).as(name).isAfter(Instant.EPOCH);
                case "keyword" -> assertThat(value).as(name).isNotEmpty().hasSizeLessThanOrEqualTo(MAX_KEYWORD);
                default -> assertThat(value).as(name).isNotNull();
            }
        });
        return event;
    }

    /** Treats names with dots and nested objects as the same, as the store does. */
    private static void put(String prefix, JsonObject object, Map<String, String> event) {
        for (Map.Entry<String, JsonElement> member : object.entrySet()) {
            String name = prefix + member.getKey();
            if (member.getValue() instanceof JsonObject nested) {
                put(name + ".", nested, event);
            } else {
                assertThat(member.getValue().isJsonPrimitive()
                                && member.getValue().getAsJsonPrimitive().isString())
                        .as(name)
                        .isTrue();
                assertThat(event.put(name, member.getValue().getAsString()))
                        .as(name)
                        .isNull();
            }
        }
    }
}
