package sg.aiverify.worker.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.algorithm.Algorithm;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.json.internal.StrictJson;
import sg.aiverify.worker.python.RunnerEvents;
import sg.aiverify.worker.python.SupervisedProcess.Ending;
import sg.aiverify.worker.python.SupervisorOutput;
import sg.aiverify.worker.result.internal.ResultWriter;
import sg.aiverify.worker.run.CancellationSource;
import sg.aiverify.worker.stage.AlgorithmOutput;
import sg.aiverify.worker.stage.ResultArchive;
import sg.aiverify.worker.task.ModelType;
import sg.aiverify.worker.task.Task;

/** What comes out of an algorithm's process: events, the supervisor's last word, and the result. */
@Timeout(600)
class RunnerFuzzTest {
    private static final String EVENTS = """
            {"event": "started"}
            {"event": "computing"}
            {"event": "progress", "percent": 50}
            {"event": "progress", "percent": 1e2}
            {"event": "computed"}
            {"event": "artifact", "name": "images/a.png"}
            {"event": "artifact", "name": "../secret"}
            {"event": "error", "text": "no é"}
            {"event": "result"}
            """;

    @TempDir
    private Path directory;

    @Test
    void eventsAreUnderstoodOrLeftOutAndNeverLeadOutOfTheRunsDirectory() throws IOException {
        Path work = Files.createDirectory(directory.resolve("work"));
        Path images = Files.createDirectories(work.resolve("algorithm/output/images"));
        Files.writeString(images.resolve("a.png"), "image");
        Files.writeString(work.resolve("algorithm/secret"), "secret");
        Files.createSymbolicLink(images.resolve("b.png"), work.resolve("algorithm/secret"));
        Files.writeString(work.resolve("result.json"), "{}");
        Fuzz.ofTexts(6000, EVENTS, EVENTS.replaceAll(".*error.*\n", "")).check((bytes, random) -> {
            List<Integer> progress = new ArrayList<>();
            RunnerEvents events = new RunnerEvents(Clock.systemUTC(), progress::add, note -> {});
            new String(bytes, StandardCharsets.UTF_8).lines().forEach(events::accept);

            assertThat(progress).allMatch(percent -> percent >= 0 && percent <= 100);
            try {
                AlgorithmOutput output = events.output(work, new Ending(0, null), "", 1);
                for (String name : output.artifacts()) {
                    assertThat(output.artifactDirectory().resolve(name).toRealPath())
                            .isEqualTo(images.resolve("a.png").toRealPath());
                }
                return true;
            } catch (TaskFailedException | InfrastructureException e) {
                assertThat(e.getMessage()).hasSizeLessThanOrEqualTo(8 * 1024);
                return false;
            }
        });
    }

    @Test
    void aProcessesOutputSaysTheSameHoweverItIsCutIntoPieces() {
        String seed = "print\n" + EVENTS + "\n{\"event\": \"exited\", \"code\": 3}\n";
        Fuzz.ofTexts(6000, seed, seed.replace("\"code\": 3", "\"signal\": \"SIGKILL\""), "\n\r\n no end")
                .check((bytes, random) -> {
                    Heard whole = Heard.of(bytes, null);
                    assertThat(Heard.of(bytes, random)).isEqualTo(whole);
                    assertThat(String.join("", whole.lines()).length()).isLessThanOrEqualTo(bytes.length);
                    return whole.ending() != null;
                });
    }

    private record Heard(
            List<String> lines,
            @org.jspecify.annotations.Nullable Ending ending) {
        static Heard of(byte[] bytes, @org.jspecify.annotations.Nullable Random pieces) {
            List<String> lines = new ArrayList<>();
            SupervisorOutput output = new SupervisorOutput(lines::add);
            try (output) {
                for (int at = 0; at < bytes.length; ) {
                    int count = pieces == null ? bytes.length : Math.min(bytes.length - at, pieces.nextInt(9));
                    output.write(bytes, at, count);
                    at += count;
                }
            }
            return new Heard(lines, output.ending().orElse(null));
        }
    }

    @Test
    void aResultIsPackedAsItIsAndAloneOrRefused() throws IOException {
        Path images = Files.createDirectory(directory.resolve("images"));
        Files.writeString(images.resolve("a.png"), "image");
        Files.writeString(images.resolve("results.json"), "{\"forged\": true}");
        Path work = Files.createDirectory(directory.resolve("work"));
        Path output = directory.resolve("output.json");
        Algorithm algorithm = algorithm();
        Task task = Task.builder("0b9c1f1e-6f0c-4d4c-9a55-3d0d5b0e7a11")
                .algorithm("a.b", "c")
                .model(ModelType.CLASSIFICATION, "m.sav")
                .testDataset("d.sav")
                .build();
        Fuzz.ofTexts(
                        300,
                        "{\"message\": \"x\\u00e9\", \"n\": [1.50, NaN, -Infinity, 123456789012345678901]}\na.png",
                        "{\"message\": \"}, \\\"testRunId\\\": \\\"other\\\"\"}\n\nresults.json")
                .check((bytes, random) -> {
                    String[] parts = new String(bytes, StandardCharsets.ISO_8859_1).split("\n", 2);
                    Files.write(output, parts[0].getBytes(StandardCharsets.ISO_8859_1));
                    List<String> names = parts.length < 2 || parts[1].isEmpty()
                            ? List.of()
                            : parts[1].lines().toList();
                    AlgorithmOutput given = new AlgorithmOutput(output, images, names, Instant.EPOCH, Duration.ZERO);
                    ResultArchive archive;
                    try {
                        archive = new ResultWriter(ZoneOffset.UTC)
                                .write(task, algorithm, new JsonObject(), given, work, new CancellationSource());
                    } catch (StageException e) {
                        assertThat(e).isInstanceOf(TaskFailedException.class);
                        return false;
                    }
                    try (ZipFile zip = new ZipFile(archive.file().toFile())) {
                        List<String> packed = new ArrayList<>(archive.artifacts());
                        packed.add("results.json");
                        assertThat(zip.stream().map(ZipEntry::getName)).containsExactlyInAnyOrderElementsOf(packed);
                        Path results = directory.resolve("results.json");
                        Files.write(
                                results,
                                zip.getInputStream(Objects.requireNonNull(zip.getEntry("results.json")))
                                        .readAllBytes());
                        JsonObject document =
                                StrictJson.parseFromPython(results, 1 << 20).getAsJsonObject();
                        assertThat(document.get("testRunId")).isEqualTo(new JsonPrimitive(task.id()));
                        JsonElement copied = document.get("output");
                        assertThat(copied).isEqualTo(StrictJson.parseFromPython(output, 1 << 20));
                        JsonArray listed = new JsonArray();
                        archive.artifacts().forEach(listed::add);
                        assertThat(document.get("artifacts").isJsonNull() ? new JsonArray() : document.get("artifacts"))
                                .isEqualTo(listed);
                    }
                    return true;
                });
    }

    private Algorithm algorithm() throws IOException {
        Path schema =
                Files.writeString(directory.resolve("schema.json"), "{\"type\":\"object\",\"required\":[\"message\"]}");
        JsonObject meta =
                JsonParser.parseString("{\"gid\":\"a.b\",\"cid\":\"c\"}").getAsJsonObject();
        return new Algorithm(directory, "hash", schema, schema, schema, meta);
    }
}
