package sg.aiverify.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.testkit.gateway.RunOrder;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;

/** Schemas, arguments and results whose validation takes hours or all memory. */
abstract class HostileSchemas {
    private static final String COSTLY = "has invalid input schema: checking it takes more than ";
    private static final int PAIRS = 13;

    private final HostileScene scene;
    private int folders;

    HostileSchemas(HostileScene scene) {
        this.scene = scene;
    }

    @Test
    void argumentsWithEqualHashes() {
        JsonArray texts = colliding(PAIRS);
        scene.assertRefused(
                costly(allOf(800, "{\"properties\":{\"v\":{\"uniqueItems\":true}}}"), texts, COSTLY),
                costly(allOf(1400, "{\"not\":{\"properties\":{\"v\":{\"const\":[1]}}}}"), texts, COSTLY));
    }

    @Test
    void inputSchemasThatHaveNoEnd() {
        String doubling = joined(
                40,
                i -> "\"d%d\":{\"allOf\":[{\"$ref\":\"#/$defs/d%d\"},{\"$ref\":\"#/$defs/d%d\"}]}"
                        .formatted(i, i + 1, i + 1));
        scene.assertRefused(
                costly(
                        "{\"$ref\":\"#/$defs/d0\",\"$defs\":{%s,\"d40\":true}}".formatted(doubling),
                        new JsonArray(),
                        COSTLY + "10000000 steps"),
                costly(
                        "{\"propertyNames\":{\"pattern\":\"%s(?!)\"}}".formatted("(?:)?".repeat(50)),
                        new JsonArray(),
                        "has invalid input schema: its pattern (of 254 characters) takes more than 100000000 steps"),
                costly(
                        "{\"properties\":{\"v\":{\"items\":{\"pattern\":\"(?<=\\\\z(?:b|%s))x\"}}}}"
                                .formatted("a".repeat(8000)),
                        texts("a".repeat(500_000)),
                        "has invalid input schema: its pattern (of 8014 characters) takes more than 100000000 steps"));
    }

    @Test
    void inputSchemasThatFillTheMemory() {
        String names = "n".repeat(40_000);
        scene.assertRefused(
                costly(
                        "{\"allOf\":[%s]}".formatted(joined(100_000, i -> "{}")),
                        new JsonArray(),
                        COSTLY + "32 MiB of memory"),
                costly(
                        "{\"properties\":{\"v\":{\"items\":{\"allOf\":[%s]}}}}".formatted(joined(4000, i -> "false")),
                        texts("a".repeat(2000).split("")),
                        COSTLY + "32 MiB of memory"),
                costly(
                        "{\"$defs\":{\"%s\":{\"allOf\":[%s]}}}".formatted(names, joined(3000, i -> "{}")),
                        new JsonArray(),
                        COSTLY + "32 MiB of memory"),
                costly(
                        "{\"$defs\":{\"d\":{\"default\":\"%s\"}},\"properties\":{%s}}"
                                .formatted(names, joined(3000, i -> "\"p%d\":{\"$ref\":\"#/$defs/d\"}".formatted(i))),
                        new JsonArray(),
                        "its defaults for these arguments contain more than "),
                costly(
                        "{\"allOf\":[%s]}".formatted(joined(300_000, i -> "0,0")),
                        new JsonArray(),
                        "Token count (400001) exceeds the maximum allowed (400000)"));
    }

    /** The gateway must validate it; this gateway does not have the schema. */
    @Test
    void outputsWithEqualHashes() {
        int checked = lines("since the worker cannot use the schema: checking it takes more than 10000000 steps");
        String schema = allOf(300, "{\"properties\":{\"v\":{\"uniqueItems\":true}}}");

        scene.stored(order("""
                import itertools
                self.results['v'] = [''.join(pairs) for pairs in itertools.product(['Aa', 'BB'], repeat=14)]
                """, "{\"type\": \"object\"}", schema));

        assertThat(lines("since the worker cannot use the schema: checking it takes more than 10000000 steps"))
                .isEqualTo(checked + 1);
    }

    /** They are not validated, and must not be kept in memory. */
    @Test
    void outputsOfManyValuesOrNames() {
        scene.stored(
                order("self.results['v'] = [0] * 600_000", "{\"type\": \"object\"}", "{\"properties\":{\"v\":{}}}"));

        assertThat(scene.error(order(
                        "self.results['v'] = {str(i): 0 for i in range(400_000)}", "{}", "{\"type\": \"object\"}")))
                .contains("exceeds a limit: the names of an object and its enclosing objects");
    }

    private int lines(String words) {
        return (int)
                scene.workerLog().lines().filter(line -> line.contains(words)).count();
    }

    private HostileScene.Refused costly(String inputSchema, JsonArray value, String words) {
        JsonObject arguments = new JsonObject();
        arguments.add("v", value);
        RunOrder order = order("pass", inputSchema, "{\"type\": \"object\"}").withArguments(arguments);
        return scene.refused(order, words); // before the build if the schema is enough, else with the arguments
    }

    /** Orders a run of an algorithm whose schemas the gateway does not know. */
    private RunOrder order(String body, String inputSchema, String outputSchema) {
        Path parent = scene.directory.resolve("schemas-" + scene.algorithms() + "-" + ++folders);
        Path folder = TinyAlgorithm.write(parent, "tiny")
                .doing(body)
                .sourceFile("input.schema.json", inputSchema)
                .sourceFile("output.schema.json", outputSchema)
                .folder();
        return scene.order(zipped(folder));
    }

    private static byte[] zipped(Path folder) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes);
                Stream<Path> files = Files.walk(folder)) {
            List<Path> plain = files.filter(Files::isRegularFile).toList();
            for (Path file : plain) {
                zip.putNextEntry(new ZipEntry(folder.relativize(file).toString()));
                Files.copy(file, zip);
                zip.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static JsonArray texts(String... texts) {
        JsonArray array = new JsonArray();
        List.of(texts).forEach(array::add);
        return array;
    }

    private static JsonArray colliding(int pairs) {
        JsonArray texts = new JsonArray();
        for (int number = 0; number < 1 << pairs; number++) {
            int bits = number;
            texts.add(IntStream.range(0, pairs)
                    .mapToObj(bit -> (bits >> bit & 1) == 0 ? "Aa" : "BB")
                    .collect(Collectors.joining()));
        }
        return texts;
    }

    private static String allOf(int times, String schema) {
        return "{\"allOf\":[%s]}".formatted(String.join(",", Collections.nCopies(times, schema)));
    }

    private static String joined(int size, IntFunction<String> item) {
        return IntStream.range(0, size).mapToObj(item).collect(Collectors.joining(","));
    }
}
