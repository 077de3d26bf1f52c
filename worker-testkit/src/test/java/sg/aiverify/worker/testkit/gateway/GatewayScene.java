package sg.aiverify.worker.testkit.gateway;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import sg.aiverify.worker.task.ModelType;
import sg.aiverify.worker.testkit.samples.MisbehavingAlgorithm;

/** A gateway with an algorithm, a model and a dataset, and a plain HTTP client. */
final class GatewayScene implements AutoCloseable {
    final List<String> queued = new ArrayList<>();
    final List<String> deleted = new ArrayList<>();
    final StrictGateway gateway;
    final RegisteredAlgorithm algorithm;
    final Path folder;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    GatewayScene(Path directory) throws IOException {
        gateway = StrictGateway.start(new TaskSink() {
            @Override
            public String add(String taskJson) {
                queued.add(taskJson);
                return queued.size() + "-0";
            }

            @Override
            public void delete(String id) {
                deleted.add(id);
            }
        });
        folder = MisbehavingAlgorithm.ECHOES.write(directory);
        Files.writeString(
                folder.resolve("aiverify_test_echoes/input.schema.json"),
                "{\"type\": \"object\", \"properties\": {\"n\": {\"type\": \"integer\"}}}");
        algorithm = gateway.addAlgorithm(folder);
        gateway.addModel(Files.writeString(directory.resolve("model.sav"), "model"), ModelType.CLASSIFICATION);
        gateway.addDataset(Files.writeString(directory.resolve("data.csv"), "a,b\n1,2\n"));
    }

    RunOrder order() {
        return RunOrder.of(algorithm, "model.sav", "data.csv").withGroundTruth("data.csv", "b");
    }

    String startRun() {
        return gateway.startRun(order());
    }

    HttpResponse<byte[]> send(HttpRequest.Builder request) throws IOException {
        try {
            return client.send(request.timeout(Duration.ofSeconds(20)).build(), BodyHandlers.ofByteArray());
        } catch (InterruptedException interrupted) {
            throw new IOException(interrupted);
        }
    }

    HttpRequest.Builder at(String path) {
        return HttpRequest.newBuilder(URI.create(gateway.url() + path));
    }

    HttpResponse<byte[]> get(String path) throws IOException {
        return send(at(path));
    }

    HttpResponse<byte[]> json(String method, String path, String body) throws IOException {
        return send(at(path).header("Content-Type", "application/json").method(method, BodyPublishers.ofString(body)));
    }

    HttpResponse<byte[]> patch(String runId, String body) throws IOException {
        return json("PATCH", "/test_runs/" + runId, body);
    }

    /** Uploads a zip of the given text files. */
    HttpResponse<byte[]> uploadZip(Map<String, String> files) throws IOException {
        return upload("/test_results/upload_zip", "file", "output.zip", zip(files));
    }

    HttpResponse<byte[]> uploadResult(JsonObject result) throws IOException {
        return uploadZip(Map.of("results.json", result.toString()));
    }

    HttpResponse<byte[]> upload(String path, String field, String filename, byte[] content) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        String name = filename.isEmpty() ? "" : "; filename=\"" + filename + "\"";
        body.write(("--edge\r\nContent-Disposition: form-data; name=\"" + field + "\"" + name + "\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8));
        body.write(content);
        body.write("\r\n--edge--\r\n".getBytes(StandardCharsets.UTF_8));
        return send(at(path).header("Content-Type", "multipart/form-data; boundary=edge")
                .POST(BodyPublishers.ofByteArray(body.toByteArray())));
    }

    static byte[] zip(Map<String, String> files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, String> file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue().getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toByteArray();
    }

    static Map<String, String> files(String... namesAndContents) {
        Map<String, String> files = new LinkedHashMap<>();
        for (int i = 0; i < namesAndContents.length; i += 2) {
            files.put(namesAndContents[i], namesAndContents[i + 1]);
        }
        return files;
    }

    /** A valid result for the run of {@link #order}. */
    static JsonObject result(String runId) {
        JsonObject arguments = parse("""
                {"testDataset": "file:///tmp/data.csv", "mode": "upload", "modelType": "classification",
                 "groundTruthDataset": "file:///tmp/data.csv", "groundTruth": "b", "algorithmArgs": {},
                 "modelFile": "file:///tmp/model.sav"}
                """);
        JsonObject result = parse("""
                {"gid": "aiverify.test.tiny", "cid": "echoes", "version": "1.0.0",
                 "startTime": "2026-11-21 08:00:00.123456", "timeTaken": 1.5, "output": {"message": "done"}}
                """);
        result.add("testArguments", arguments);
        result.addProperty("testRunId", runId);
        return result;
    }

    static JsonObject parse(String json) {
        return JsonParser.parseString(json).getAsJsonObject();
    }

    static JsonElement body(HttpResponse<byte[]> response) {
        return JsonParser.parseString(text(response));
    }

    static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    static String detail(HttpResponse<byte[]> response) {
        return body(response).getAsJsonObject().get("detail").getAsString();
    }

    List<Breach.Kind> breaches() {
        return gateway.breaches().stream().map(Breach::kind).toList();
    }

    @Override
    public void close() {
        gateway.close();
    }
}
