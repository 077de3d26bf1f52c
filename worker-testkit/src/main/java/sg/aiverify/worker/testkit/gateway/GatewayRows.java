package sg.aiverify.worker.testkit.gateway;

import com.google.gson.JsonArray;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The gateway's rows. All callers hold this object's monitor. A change wakes the threads that wait for a change. */
final class GatewayRows {
    /** The rows of models or datasets. */
    static final class Shelf {
        private final Set<StoredFile> rows = new LinkedHashSet<>();
        private int lastId;

        StoredFile add(
                String name,
                @Nullable String fileType,
                @Nullable String modelType,
                @Nullable String hash,
                byte @Nullable [] content) {
            StoredFile row = new StoredFile(++lastId, name, fileType, modelType, hash, content);
            rows.add(row);
            return row;
        }

        Optional<StoredFile> named(String name) {
            return rows.stream().filter(row -> row.name().equals(name)).findFirst();
        }

        /**
         * Returns the content of a file or folder in the file store. A folder can also be found by the name of its zip.
         */
        Optional<byte[]> content(String name) {
            Optional<StoredFile> row = named(name);
            if (row.isEmpty() && name.endsWith(".zip")) {
                row = named(name.substring(0, name.length() - 4)).filter(folder -> !"file".equals(folder.fileType()));
            }
            return row.map(StoredFile::content);
        }

        boolean remove(String name) {
            return rows.removeIf(row -> row.name().equals(name));
        }

        Set<StoredFile> rows() {
            return rows;
        }

        JsonArray toJson() {
            JsonArray all = new JsonArray();
            rows.forEach(row -> all.add(row.toJson()));
            return all;
        }
    }

    final Shelf models = new Shelf();
    final Shelf datasets = new Shelf();
    final Map<Integer, StoredResult> results = new TreeMap<>();
    final List<StoredAlgorithm> algorithms = new ArrayList<>();

    private final Map<String, StoredRun> runs = new LinkedHashMap<>();
    private int lastResult;

    Optional<StoredAlgorithm> algorithm(String gid, String cid) {
        return algorithms.stream()
                .filter(algorithm -> algorithm.name().gid().equals(gid)
                        && algorithm.name().cid().equals(cid))
                .findFirst();
    }

    int nextResult() {
        return ++lastResult;
    }

    Map<String, StoredRun> runs() {
        return runs;
    }

    /** Finds a run by its id, in any form that Python accepts as a UUID. Any other id crashes the gateway. */
    Optional<StoredRun> run(String id) {
        return Optional.ofNullable(
                runs.get(canonical(id).orElseThrow(() -> Refusal.crash("badly formed run id " + id))));
    }

    static Optional<String> canonical(String id) {
        String hex = id.replace("urn:", "").replace("uuid:", "");
        hex = hex.replaceAll("^[{}]+|[{}]+$", "").replace("-", "").toLowerCase(Locale.ROOT);
        if (!hex.matches("[0-9a-f]{32}")) {
            return Optional.empty();
        }
        return Optional.of(String.join(
                "-",
                hex.substring(0, 8),
                hex.substring(8, 12),
                hex.substring(12, 16),
                hex.substring(16, 20),
                hex.substring(20)));
    }

    synchronized boolean await(Predicate<GatewayRows> condition, Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        while (!condition.test(this)) {
            long millis = Math.min(Duration.ofNanos(end - System.nanoTime()).toMillis(), 60_000);
            if (millis <= 0) {
                return false;
            }
            wait(millis);
        }
        return true;
    }
}
