package sg.aiverify.worker.stage.apigw;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.apache.commons.io.function.IOBiConsumer;
import org.apache.commons.io.function.IOConsumer;
import sg.aiverify.worker.algorithm.Algorithm;
import sg.aiverify.worker.algorithm.AlgorithmLayout;
import sg.aiverify.worker.cache.CacheEntry;
import sg.aiverify.worker.cache.ContentCache;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.files.ArchiveExtractor;
import sg.aiverify.worker.files.internal.DiskFailure;
import sg.aiverify.worker.files.internal.ShortHash;
import sg.aiverify.worker.gateway.Gateway;
import sg.aiverify.worker.gateway.Gateway.FileType;
import sg.aiverify.worker.gateway.Gateway.Store;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.task.Task;
import sg.aiverify.worker.task.Task.DataFile;

/**
 * Downloads the gateway's algorithms, models and datasets to the cache, which finds them by the hash of their content.
 * If the task does not contain the hash of a file, each run downloads the file, so that no run uses an old copy.
 * Thread-safe.
 */
final class GatewayFiles {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-fA-F]{64}");
    /** A name that no file at the gateway can have. */
    private static final String DOWNLOAD = "download~";

    private static final int MAX_KNOWN_TYPES = 10_000;

    private final Gateway gateway;
    private final ContentCache cache;
    private final ArchiveExtractor extractor;
    private final Map<String, FileType> knownTypes = new ConcurrentHashMap<>();

    GatewayFiles(Gateway gateway, ContentCache cache, ArchiveExtractor extractor) {
        this.gateway = gateway;
        this.cache = cache;
        this.extractor = extractor;
    }

    Algorithm algorithm(RunContext run) throws InterruptedException {
        Task task = run.task();
        String what = "algorithm '" + task.gid() + "/" + task.cid() + "'";
        BiFunction<Path, Cancellation, String> source =
                (target, stop) -> gateway.downloadAlgorithm(task.gid(), task.cid(), target, stop);
        Item item = new Item("algorithms", what, source, sha256 -> sha256, (download, directory) -> {
            extractor.extract(download, directory, what, run.cancellation());
            Files.deleteIfExists(download);
        });
        Stored stored = obtain(item, task.algorithmHash(), run);
        return AlgorithmLayout.read(stored.directory(), stored.sha256());
    }

    /**
     * Downloads a file or folder, or takes it from the cache. The file keeps its name, since plug-ins read the name.
     */
    Path file(Store store, DataFile file, RunContext run) throws InterruptedException {
        String name = file.name();
        String what = (store == Store.MODELS ? "model" : "dataset") + " '" + name + "'";
        BiFunction<Path, Cancellation, String> source = (target, stop) -> gateway.download(store, name, target, stop);
        // The file's type is requested once for each hash, and only when the hash is known.
        TypeOnce type = new TypeOnce(store, name, run.cancellation());
        Item item = new Item(
                store == Store.MODELS ? "models" : "datasets",
                what,
                source,
                sha256 -> sha256 + "-" + type.of(sha256) + "-" + shortHash(name),
                (download, directory) -> {
                    Path target = FileNames.resolve(directory, name, "The " + what);
                    if (type.isFolder(download)) {
                        extractor.extract(download, target, what, run.cancellation());
                        Files.delete(download);
                    } else {
                        Files.move(download, target);
                    }
                });
        return FileNames.resolve(obtain(item, file.expectedSha256(), run).directory(), name, "The " + what);
    }

    /**
     * An algorithm, model or dataset at the gateway.
     *
     * @param source downloads the item to a file, and returns the hash of this file
     * @param key returns the key of the item's cache entry, from this hash
     * @param placement moves or extracts the download within the entry's directory, which then contains no other file
     */
    private record Item(
            String kind,
            String what,
            BiFunction<Path, Cancellation, String> source,
            UnaryOperator<String> key,
            IOBiConsumer<Path, Path> placement) {}

    private record Stored(Path directory, String sha256) {}

    private Stored obtain(Item item, Optional<String> expected, RunContext run) throws InterruptedException {
        if (expected.isPresent()) {
            String sha256 = checked(item, expected.get());
            return stored(item, sha256, run, target -> {
                String actual = item.source().apply(target, run.cancellation());
                if (!actual.equals(sha256)) {
                    throw mismatch(item, sha256, actual);
                }
            });
        }
        Path fresh = run.workDirectory().resolve("download-" + UUID.randomUUID());
        try {
            String sha256 = item.source().apply(fresh, run.cancellation());
            return stored(item, sha256, run, target -> Files.move(fresh, target));
        } finally {
            deleteQuietly(fresh);
        }
    }

    /**
     * Stores a download in the cache. {@code arrival} writes the download to a path on the cache's disk, or moves it
     * there.
     */
    private Stored stored(Item item, String sha256, RunContext run, IOConsumer<Path> arrival)
            throws InterruptedException {
        CacheEntry entry = cache.obtain(item.kind(), item.key().apply(sha256), run.cancellation(), directory -> {
            Path download = directory.resolve(DOWNLOAD);
            arrival.accept(download);
            item.placement().accept(download, directory);
        });
        run.closeAtEnd(entry);
        return new Stored(entry.directory(), sha256);
    }

    private static String checked(Item item, String sha256) {
        if (!SHA256.matcher(sha256).matches()) {
            throw new TaskFailedException("The task's hash of the " + item.what() + " is '" + sha256
                    + "'; allowed: a SHA-256, 64 hexadecimal digits");
        }
        return sha256.toLowerCase(Locale.ROOT);
    }

    private static TaskFailedException mismatch(Item item, String expected, String actual) {
        return new TaskFailedException(
                ShortHash.in("The " + item.what() + " has changed: the SHA-256 of the gateway's copy begins with "
                        + actual + ", the test run expects " + expected + "; submit the test run again"));
    }

    private static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // The remaining file is in the run's directory, which is deleted at the end of the run.
            throw DiskFailure.with("the download " + file, e);
        }
    }

    private static String shortHash(String name) {
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
    }

    /** The type of one entry at the gateway: a file or a folder. */
    private final class TypeOnce {
        private final Store store;
        private final String name;
        private final Cancellation cancellation;
        private Optional<FileType> type = Optional.empty();

        TypeOnce(Store store, String name, Cancellation cancellation) {
            this.store = store;
            this.name = name;
            this.cancellation = cancellation;
        }

        String of(String sha256) {
            String id = store + "/" + name + "/" + sha256;
            type = Optional.ofNullable(knownTypes.get(id)).or(() -> gateway.fileType(store, name, cancellation));
            if (knownTypes.size() >= MAX_KNOWN_TYPES) {
                knownTypes.clear();
            }
            type.ifPresent(known -> knownTypes.put(id, known));
            return type.map(known -> known.name().toLowerCase(Locale.ROOT)).orElse("guessed");
        }

        boolean isFolder(Path download) throws IOException {
            return type.isPresent() ? type.get() == FileType.FOLDER : ZippedFolder.isLikely(name, download);
        }
    }
}
