package sg.aiverify.worker.testkit.gateway;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.net.URLConnection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The routes of results: upload, show, fetch artifacts. */
final class ResultRoutes {
    private static final int MAX_TEXT_PART = 20 * 1024 * 1024;

    private final GatewayRows store;
    private final Journal journal;
    private final ResultSaver saver;

    ResultRoutes(GatewayRows store, Journal journal) {
        this.store = store;
        this.journal = journal;
        this.saver = new ResultSaver(store, journal);
    }

    void register(Router router) {
        router.add("POST", "/test_results/upload_zip", (request, path) -> watched(request, this::uploadZip));
        router.add("POST", "/test_results/upload", (request, path) -> watched(request, this::upload));
        router.add("GET", "/test_results/", (request, path) -> list());
        router.add("GET", "/test_results/{}", (request, path) -> get(path.group(1)));
        router.add("GET", "/test_results/{}/artifacts/{**}", (request, path) -> artifact(path.group(1), path.group(2)));
    }

    private GatewayResponse watched(GatewayRequest request, Function<GatewayRequest, GatewayResponse> upload) {
        try {
            return upload.apply(request);
        } catch (Refusal refusal) {
            journal.breach(Breach.Kind.INVALID_RESULT, null, refusal.response().status() + " " + refusal.getMessage());
            throw refusal;
        }
    }

    private GatewayResponse uploadZip(GatewayRequest request) {
        Multipart.Part file = Multipart.parse(request).stream()
                .flatMap(List::stream)
                .filter(part -> part.name().equals("file") && part.filename() != null)
                .findFirst()
                .orElseThrow(() -> Refusal.unprocessable("missing", "Field required", "body", "file"));
        if (!String.valueOf(file.filename()).endsWith(".zip")) {
            throw Refusal.of(400, "Only zip files are allowed");
        }
        ResultZip zip;
        try {
            zip = ResultZip.read(file.content());
        } catch (IOException noZip) {
            throw Refusal.of(400, "Invalid zip file");
        }
        List<String> names = zip.resultNames();
        if (names.isEmpty()) {
            throw Refusal.of(
                    400, "results.json not found in the root folder or any first level folder of the zip file");
        }
        JsonArray paths = new JsonArray();
        int count = 0;
        for (String name : names) {
            List<JsonObject> documents = documents(zip.content(name), name);
            count += documents.size();
            for (JsonObject document : documents) {
                paths.addAll(saver.save(document, zip.siblings(name), request.responseLost()));
            }
        }
        if (count > 1) {
            journal.breach(Breach.Kind.SEVERAL_RESULTS, null, count + " results in " + names);
        }
        return GatewayResponse.json(200, paths);
    }

    private static List<JsonObject> documents(byte[] content, String name) {
        JsonElement root;
        try {
            root = PythonJson.read(content);
        } catch (PythonJson.Malformed malformed) {
            throw Refusal.of(400, "Unable to load " + name);
        }
        try {
            return checked(root).orElseThrow(() -> Refusal.of(422, "Invalid format in results.json"));
        } catch (ResultForm.WrongForm wrong) {
            throw Refusal.of(500, "Internal server error", String.valueOf(wrong.getMessage()));
        }
    }

    private static Optional<List<JsonObject>> checked(JsonElement root) throws ResultForm.WrongForm {
        if (!root.isJsonObject() && !root.isJsonArray()) {
            return Optional.empty();
        }
        List<JsonObject> documents = new ArrayList<>();
        if (root.isJsonObject()) {
            documents.add(ResultForm.check(root));
        } else {
            for (JsonElement element : root.getAsJsonArray()) {
                documents.add(ResultForm.check(element));
            }
        }
        return Optional.of(documents);
    }

    private GatewayResponse upload(GatewayRequest request) {
        List<Multipart.Part> parts =
                Multipart.parse(request).orElseThrow(() -> Refusal.of(400, "Invalid form data: not multipart"));
        byte @Nullable [] text = null;
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (Multipart.Part part : parts) {
            if (part.filename() != null) {
                files.put(part.filename(), part.content());
            } else if (part.content().length > MAX_TEXT_PART) {
                throw Refusal.of(400, "Invalid form data: Part exceeded maximum size of 20480KB.");
            } else if (part.name().equals("test_result")) {
                text = part.content();
            }
        }
        if (text == null || text.length == 0) {
            throw Refusal.of(400, "test_result field is required");
        }
        List<JsonObject> documents;
        try {
            documents = checked(PythonJson.read(text)).orElseThrow(() -> Refusal.of(422, "Unprocessable Entity"));
        } catch (PythonJson.Malformed | ResultForm.WrongForm wrong) {
            throw Refusal.of(422, "Unprocessable Entity", String.valueOf(wrong.getMessage()));
        }
        JsonArray paths = new JsonArray();
        documents.forEach(document -> paths.addAll(saver.save(document, files, request.responseLost())));
        return GatewayResponse.json(200, paths);
    }

    private GatewayResponse list() {
        synchronized (store) {
            JsonArray all = new JsonArray();
            store.results.values().forEach(result -> all.add(ResultJson.of(result)));
            return GatewayResponse.json(200, all);
        }
    }

    private GatewayResponse get(String id) {
        if (!id.matches("-?[0-9]{1,9}")) {
            throw Refusal.unprocessable("int_parsing", "Input should be a valid integer", "path", "test_result_id");
        }
        synchronized (store) {
            StoredResult result = store.results.get(Integer.parseInt(id));
            if (result == null) {
                throw Refusal.of(404, "Test result not found");
            }
            return GatewayResponse.json(200, ResultJson.of(result));
        }
    }

    private GatewayResponse artifact(String id, String name) {
        synchronized (store) {
            StoredResult result = id.matches("[0-9]{1,9}") ? store.results.get(Integer.parseInt(id)) : null;
            byte[] content = result == null ? null : result.artifacts().get(name);
            if (content == null) {
                throw Refusal.of(400, "Test artifact " + name + " not found in test result " + id);
            }
            Map<String, String> headers = new LinkedHashMap<>();
            headers.put("Content-Disposition", "inline; filename=\"" + name + "\"");
            String type = URLConnection.guessContentTypeFromName(name);
            if (type != null) {
                headers.put("Content-Type", type);
            }
            return new GatewayResponse(200, headers, content);
        }
    }
}
