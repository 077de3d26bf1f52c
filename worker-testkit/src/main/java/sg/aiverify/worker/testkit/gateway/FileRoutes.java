package sg.aiverify.worker.testkit.gateway;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** The routes of algorithms, models and datasets. */
final class FileRoutes {
    static final Pattern LEGAL_NAME = Pattern.compile("[A-Za-z0-9._\\-/\\\\]*");

    private final GatewayRows store;

    FileRoutes(GatewayRows store) {
        this.store = store;
    }

    void register(Router router) {
        router.add("GET", "/plugins/{}/algorithms/{}", (request, path) -> algorithm(path.group(1), path.group(2)));
        router.add(
                "GET",
                "/storage/models/{}",
                (request, path) -> download(path.group(1), store.models, "Model file not found"));
        router.add(
                "GET",
                "/storage/datasets/{}",
                (request, path) -> download(path.group(1), store.datasets, "Dataset file not found"));
        router.add("GET", "/test_models/", (request, path) -> list(store.models));
        router.add("GET", "/test_datasets/", (request, path) -> list(store.datasets));
    }

    static boolean isLegal(String name) {
        return !name.contains("..") && LEGAL_NAME.matcher(name).matches();
    }

    private GatewayResponse algorithm(String gid, String cid) {
        synchronized (store) {
            StoredAlgorithm algorithm =
                    store.algorithm(gid, cid).orElseThrow(() -> Refusal.of(404, "Algorithm not found"));
            String filename = cid.replaceAll("[^a-zA-Z0-9./_]", "");
            return GatewayResponse.attachment("application/zip", filename + ".zip", algorithm.zip());
        }
    }

    private GatewayResponse download(String name, GatewayRows.Shelf shelf, String notFound) {
        if (!isLegal(name)) {
            throw Refusal.of(400, "Invalid filename");
        }
        synchronized (store) {
            Optional<byte[]> content = shelf.content(name);
            if (content.isEmpty()) {
                throw Refusal.of(404, notFound);
            }
            return name.toLowerCase(Locale.ROOT).endsWith(".zip")
                    ? GatewayResponse.attachment("application/zip", name + ".zip", content.get())
                    : GatewayResponse.attachment("application/octet-stream", name, content.get());
        }
    }

    private GatewayResponse list(GatewayRows.Shelf shelf) {
        synchronized (store) {
            if (shelf.named("").isPresent()) {
                // A ghost row without a name: the real gateway stores such a row, but then fails to show it.
                throw Refusal.of(500, "Internal server error");
            }
            return GatewayResponse.json(200, shelf.toJson());
        }
    }
}
