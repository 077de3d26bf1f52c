package sg.aiverify.worker.testkit.gateway;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/** The journal of requests, uploads and breaches. Thread-safe. */
final class Journal {
    private static final Logger LOG = LogManager.getLogger(Journal.class);

    private final List<SeenRequest> requests = new ArrayList<>();
    private final List<Breach> breaches = new ArrayList<>();
    private final Map<String, List<SeenUpload>> uploads = new HashMap<>();

    synchronized void request(SeenRequest request) {
        requests.add(request);
    }

    synchronized void breach(Breach.Kind kind, @Nullable String runId, String detail) {
        LOG.debug("Breach {} on run {}: {}", kind, runId, detail);
        breaches.add(new Breach(kind, runId, detail));
    }

    synchronized void upload(String runId, SeenUpload upload) {
        uploads.computeIfAbsent(runId, id -> new ArrayList<>()).add(upload);
    }

    synchronized List<SeenRequest> requests() {
        return List.copyOf(requests);
    }

    synchronized List<Breach> breaches() {
        return List.copyOf(breaches);
    }

    synchronized List<SeenUpload> uploads(String runId) {
        return List.copyOf(uploads.getOrDefault(runId, List.of()));
    }
}
