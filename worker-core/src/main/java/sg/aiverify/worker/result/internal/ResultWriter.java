package sg.aiverify.worker.result.internal;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import sg.aiverify.worker.algorithm.Algorithm;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.files.RunFile;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.stage.AlgorithmOutput;
import sg.aiverify.worker.stage.ResultArchive;
import sg.aiverify.worker.task.Task;
import sg.aiverify.worker.task.Task.DataFile;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;

/**
 * Packs the zip for {@code POST /test_results/upload_zip} of the gateway: one {@code results.json} at the root, and the
 * artifacts that it lists. Ids, arguments and times come from the worker. Output and artifacts come from the algorithm;
 * they are checked first, by the gateway's rules. Thread-safe.
 *
 * <p>The result contains the names of model and data at the gateway, which uses only the last part of a path. For a run
 * without ground truth, the result contains the test data and an empty column instead, since the gateway does not store
 * a result without them. Entries are not compressed, since the gateway unpacks each entry many times.
 */
public final class ResultWriter {
    /** The original worker's format: local time without a zone. */
    private static final DateTimeFormatter START_TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS", Locale.ROOT);

    private static final String ARCHIVE = "result.zip";
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
            // a lone surrogate, which Python allows, can only be written as an escape
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .build();

    private final ZoneId zone;
    private final OutputSchema schema = new OutputSchema();

    /**
     * Creates a writer.
     *
     * @param zone the worker's time zone, since start times are local
     */
    public ResultWriter(ZoneId zone) {
        this.zone = zone;
    }

    /**
     * Checks an algorithm's schemas before its run is prepared.
     *
     * @param algorithm the algorithm
     * @param name the algorithm's name in messages
     * @param cancellation stops the check
     * @throws TaskFailedException if a schema cannot be used; the message states the reason
     * @throws InfrastructureException if the disk fails
     */
    public void checkSchemas(Algorithm algorithm, String name, Cancellation cancellation) {
        try {
            schema.checkSchemas(algorithm, name, cancellation);
        } catch (IOException e) {
            throw new InfrastructureException("The schemas of " + name + " cannot be read: " + Reason.of(e), e);
        }
    }

    /**
     * Checks an output and packs it.
     *
     * @param task the task
     * @param algorithm the algorithm that ran
     * @param arguments the arguments of the run, datasets by their {@code _dataset_:} names
     * @param output the algorithm's output
     * @param workDirectory the run's work directory, in which the zip is created
     * @param cancellation stops the work, which takes long for a large output
     * @return the zip
     * @throws sg.aiverify.worker.failure.RunCancelledException if the run must stop
     * @throws TaskFailedException if the gateway would reject the result; the message states the reason
     * @throws InfrastructureException if the disk fails
     */
    public ResultArchive write(
            Task task,
            Algorithm algorithm,
            JsonObject arguments,
            AlgorithmOutput output,
            Path workDirectory,
            Cancellation cancellation) {
        ResultRules.check(task);
        Path zip = workDirectory.resolve(ARCHIVE);
        try {
            OutputCopy.checkFile(output.output());
            ArtifactFiles artifacts =
                    ArtifactFiles.check(workDirectory, output.artifactDirectory(), output.artifacts());
            schema.check(algorithm, task.gid() + "/" + task.cid(), output.output(), cancellation);
            pack(zip, task, algorithm, arguments, output, artifacts, cancellation);
            return new ResultArchive(task.id(), zip, artifacts.names());
        } catch (IOException | JacksonException e) {
            throw new InfrastructureException("The result could not be packed: " + Reason.of(e), e);
        }
    }

    /**
     * Writes the parts of a result that are known before the run, for a pod that packs its result itself. These are all
     * but {@code startTime}, {@code timeTaken}, {@code output} and {@code artifacts}.
     *
     * @param task the task
     * @param algorithm the algorithm that will run
     * @param arguments the arguments of the run, datasets by their {@code _dataset_:} names
     * @return a JSON object, in ASCII
     * @throws TaskFailedException if the gateway would reject every result of the task; the message states the reason
     */
    public static String knownBefore(Task task, Algorithm algorithm, JsonObject arguments) {
        ResultRules.check(task);
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            writeIdentity(json, task, algorithm);
            writeArguments(json, task, arguments);
            json.writeEndObject();
        }
        return text.toString();
    }

    private void pack(
            Path zip,
            Task task,
            Algorithm algorithm,
            JsonObject arguments,
            AlgorithmOutput output,
            ArtifactFiles artifacts,
            Cancellation cancellation)
            throws IOException {
        Files.deleteIfExists(zip);
        try (ZipArchiveOutputStream target = new ZipArchiveOutputStream(zip)) {
            target.setMethod(ZipEntry.STORED);
            target.putArchiveEntry(new ZipArchiveEntry(ArtifactFiles.RESULTS));
            writeResult(target, task, algorithm, arguments, output, cancellation);
            target.closeArchiveEntry();
            for (String artifact : artifacts.names()) {
                cancellation.throwIfCancelled();
                target.putArchiveEntry(new ZipArchiveEntry(artifact));
                try (RunFile file = artifacts.open(artifact)) {
                    file.content().transferTo(target);
                }
                target.closeArchiveEntry();
            }
        }
    }

    private void writeResult(
            ZipArchiveOutputStream target,
            Task task,
            Algorithm algorithm,
            JsonObject arguments,
            AlgorithmOutput output,
            Cancellation cancellation)
            throws IOException {
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), target)) {
            json.writeStartObject();
            writeIdentity(json, task, algorithm);
            json.writeStringProperty("startTime", startTime(output.startTime()));
            json.writeNumberProperty("timeTaken", seconds(output.timeTaken()));
            writeArguments(json, task, arguments);
            json.writeName("output");
            OutputCopy.copyObject(output.output(), json, cancellation);
            json.writeName("artifacts");
            json.writeStartArray();
            output.artifacts().forEach(json::writeString);
            json.writeEndArray();
            json.writeEndObject();
        }
    }

    private static void writeIdentity(JsonGenerator json, Task task, Algorithm algorithm) {
        json.writeStringProperty("testRunId", task.id());
        json.writeStringProperty("gid", task.gid());
        json.writeStringProperty("cid", task.cid());
        json.writeName("version");
        JsonElement version = algorithm.meta().get("version");
        OutputCopy.write(version == null ? JsonNull.INSTANCE : version, json);
    }

    private static void writeArguments(JsonGenerator json, Task task, JsonObject arguments) {
        String testDataset = task.testDataset().name();
        json.writeName("testArguments");
        json.writeStartObject();
        json.writeStringProperty("testDataset", testDataset);
        json.writeStringProperty("mode", "upload");
        json.writeStringProperty("modelType", task.modelType().wireName());
        json.writeStringProperty(
                "groundTruthDataset",
                task.groundTruthDataset().map(DataFile::name).orElse(testDataset));
        json.writeStringProperty("groundTruth", task.groundTruth().orElse(""));
        json.writeName("algorithmArgs");
        OutputCopy.write(arguments, json);
        json.writeStringProperty("modelFile", task.model().name());
        json.writeEndObject();
    }

    private String startTime(Instant instant) {
        return START_TIME.format(instant.atZone(zone));
    }

    private static BigDecimal seconds(Duration duration) {
        BigDecimal seconds = BigDecimal.valueOf(duration.getSeconds()).add(BigDecimal.valueOf(duration.getNano(), 9));
        return seconds.setScale(4, RoundingMode.HALF_EVEN);
    }
}
