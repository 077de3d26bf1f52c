package sg.aiverify.worker.cache.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.cache.CacheEntry;
import sg.aiverify.worker.cache.ContentCache;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.files.internal.DirectoryTree;
import sg.aiverify.worker.files.internal.DiskFailure;
import sg.aiverify.worker.files.internal.FileLocks;
import sg.aiverify.worker.files.internal.PlainName;
import sg.aiverify.worker.files.internal.ShortHash;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.run.CancellationSource;

/**
 * A cache in a directory that several worker processes may share. Thread-safe.
 *
 * <p>The directory {@code entries/<kind>/<key>} of an entry contains the entry's content, and a file with the size of
 * the content. The modification time of this file is the time of the last use. Each entry has two locks. The runs that
 * use an entry share the first lock, so that only unused entries can be evicted. The second lock is exclusive, and is
 * held while the entry is filled.
 */
public final class DiskContentCache implements ContentCache, AutoCloseable {
    /** The size above which the least recently used entries are evicted. */
    public static final Setting<Integer> MAX_MB = Setting.integer(
                    "TEWORKER_CACHE_MAX_MB", "20480", 1, Integer.MAX_VALUE, "MB", "size limit of the cache")
            .inGroup("Disk")
            .withDetails("""
                    Above this size, the worker deletes the least recently used downloads and environments.
                    It does so after each new download and each new environment, not at the start.
                    It never deletes one that a run uses.
                    [operating.md](operating.md#disk-space) shows which other files take space.
                    """);

    private static final Logger log = LogManager.getLogger(DiskContentCache.class);
    private static final String CONTENT = "content";
    private static final String SIZE = "size";
    private static final String STAMP = "stamp";
    private static final String EVICTION = "eviction";

    private final Path entries;
    private final Path temporary;
    private final FileLocks locks;
    private final FileLocks.Held alive;
    private final long maxBytes;
    private final Clock clock;
    private final EntryStamps stamps = new EntryStamps();
    private volatile boolean isDistrustful;

    /**
     * Opens a cache. Deletes incomplete entries of processes that have died.
     *
     * @param directory the directory of the cache; created if it does not exist
     * @param maxBytes the size in bytes above which the least recently used entries are evicted
     * @param clock the clock for the times of use
     * @throws InfrastructureException if the directory cannot be used
     */
    public DiskContentCache(Path directory, long maxBytes, Clock clock) {
        this.maxBytes = maxBytes;
        this.clock = clock;
        this.locks = new FileLocks(directory.resolve("locks"));
        try {
            Path root = directory.toRealPath();
            this.entries = Files.createDirectories(root.resolve("entries"));
            Path allTemporary = Files.createDirectories(root.resolve("tmp"));
            String self = UUID.randomUUID().toString();
            // The lock is acquired before the directory exists. Otherwise another process might delete the directory,
            // as that of a dead process.
            this.alive = locks.exclusive(processLock(self), new CancellationSource());
            this.temporary = Files.createDirectory(allTemporary.resolve(self));
            sweep(allTemporary);
        } catch (IOException e) {
            throw DiskFailure.with("the cache " + directory, e);
        }
    }

    /**
     * Opens a cache with the size limit of the settings.
     *
     * @param directory the directory of the cache; created if it does not exist
     * @param settings the settings that contain {@link #MAX_MB}
     * @param clock the clock for the times of use
     * @return the cache
     * @throws InfrastructureException if the directory cannot be used
     */
    public static DiskContentCache open(Path directory, Settings settings, Clock clock) {
        return new DiskContentCache(directory, settings.get(MAX_MB) * 1024L * 1024L, clock);
    }

    @Override
    public CacheEntry obtain(String kind, String key, Cancellation cancellation, Filler filler)
            throws InterruptedException {
        String name = key;
        for (int changed = 1; ; changed++) {
            CacheEntry entry = obtainAsItIs(kind, name, cancellation, filler);
            if (!isDistrustful
                    || !stamps.isChanged(entry.directory(), entry.directory().resolveSibling(STAMP))) {
                return entry;
            }
            entry.close();
            // If other runs still use the changed entry, it is kept for them, and this run gets a new one.
            if (!discard(entries.resolve(kind).resolve(name), kind, name)) {
                name = key + ".again-" + changed;
            }
        }
    }

    private CacheEntry obtainAsItIs(String kind, String key, Cancellation cancellation, Filler filler)
            throws InterruptedException {
        Path entry = entries.resolve(PlainName.check("kind", kind, 50)).resolve(PlainName.check("key", key, 150));
        FileLocks.Held use = locks.shared(useLock(kind, key), cancellation);
        try {
            if (!Files.exists(entry)) {
                FileLocks.Held filling = locks.exclusive(fillLock(kind, key), cancellation);
                try {
                    if (!Files.exists(entry)) {
                        fill(entry, filler);
                    }
                } finally {
                    filling.close();
                }
            }
            touch(entry);
            return new Entry(entry.resolve(CONTENT), use);
        } catch (Throwable e) {
            use.close();
            throw e;
        }
    }

    @Override
    public void distrust() {
        isDistrustful = true;
    }

    /** Removes a changed entry, unless a run uses it. Returns whether the entry was removed. */
    private boolean discard(Path entry, String kind, String key) {
        log.error("{} was changed after its creation, perhaps by an algorithm; creating it again", ShortHash.in(entry));
        try {
            Optional<Path> removed = moveAway(entry, kind, key);
            removed.ifPresent(DiskContentCache::deleteLater);
            return removed.isPresent();
        } catch (IOException e) {
            throw DiskFailure.with(kind + "/" + key + " in the cache", e);
        }
    }

    private void fill(Path entry, Filler filler) throws InterruptedException {
        Path made = temporary.resolve(UUID.randomUUID().toString());
        String what = entry.getParent().getFileName() + "/" + entry.getFileName() + " in the cache";
        try {
            Path content = Files.createDirectories(made.resolve(CONTENT));
            filler.fill(content);
            Files.writeString(made.resolve(SIZE), Long.toString(DirectoryTree.size(content)));
            stamps.note(content, made.resolve(STAMP));
            Files.createDirectories(entry.getParent());
            Files.move(made, entry, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (DiskFailure.isFull(e)) {
                evict(usedBytes() / 2);
            }
            throw DiskFailure.with(what, e);
        } finally {
            deleteLater(made);
        }
        evict(maxBytes);
    }

    private void touch(Path entry) {
        try {
            Files.setLastModifiedTime(entry.resolve(SIZE), FileTime.from(clock.instant()));
        } catch (IOException e) {
            log.warn("Could not store the time of the last use of {}", ShortHash.in(entry), e);
        }
    }

    /** Deletes the least recently used entries until the others are within the limit. Keeps entries that are in use. */
    private void evict(long limit) {
        List<Path> evicted = new ArrayList<>();
        Optional<FileLocks.Held> alone = locks.tryExclusive(EVICTION);
        if (alone.isEmpty()) {
            return;
        }
        try {
            List<StoredEntry> stored = storedEntries();
            long total = stored.stream().mapToLong(StoredEntry::bytes).sum();
            for (StoredEntry candidate : stored) {
                if (total <= limit) {
                    break;
                }
                Optional<Path> removed = moveAway(candidate.path(), candidate.kind(), candidate.key());
                if (removed.isPresent()) {
                    evicted.add(removed.get());
                    total -= candidate.bytes();
                    log.info("Evicted {} ({} bytes) from the cache", ShortHash.in(candidate.path()), candidate.bytes());
                }
            }
        } catch (IOException e) {
            log.warn("Could not reduce the size of the cache {}", entries, e);
        } finally {
            alone.get().close();
        }
        evicted.forEach(DiskContentCache::deleteLater);
    }

    private Optional<Path> moveAway(Path entry, String kind, String key) throws IOException {
        Optional<FileLocks.Held> unused = locks.tryExclusive(useLock(kind, key));
        if (unused.isEmpty()) {
            return Optional.empty();
        }
        try {
            Path trash = temporary.resolve(UUID.randomUUID().toString());
            if (Files.exists(entry)) {
                Files.move(entry, trash, StandardCopyOption.ATOMIC_MOVE);
            }
            stamps.forget(entry.resolve(CONTENT));
            return Optional.of(trash);
        } finally {
            unused.get().close();
        }
    }

    private long usedBytes() {
        try {
            return storedEntries().stream().mapToLong(StoredEntry::bytes).sum();
        } catch (IOException e) {
            log.warn("Could not determine the size of the cache {}", entries, e);
            return 0;
        }
    }

    /** Returns the entries, the least recently used first. */
    private List<StoredEntry> storedEntries() throws IOException {
        List<StoredEntry> stored = new ArrayList<>();
        for (Path kind : children(entries)) {
            for (Path entry : children(kind)) {
                StoredEntry.read(entry).ifPresent(stored::add);
            }
        }
        stored.sort(Comparator.comparing(StoredEntry::lastUse));
        return stored;
    }

    /** The maximum length of the number in a size file. */
    private static final int MAX_SIZE_LENGTH = 20;

    private record StoredEntry(Path path, long bytes, FileTime lastUse) {
        static Optional<StoredEntry> read(Path entry) {
            Path size = entry.resolve(SIZE);
            try {
                BasicFileAttributes found =
                        Files.readAttributes(size, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                if (!found.isRegularFile() || found.size() > MAX_SIZE_LENGTH) {
                    throw new NumberFormatException(size + " does not contain a number");
                }
                return Optional.of(new StoredEntry(
                        entry, Long.parseLong(Files.readString(size).strip()), found.lastModifiedTime()));
            } catch (IOException | NumberFormatException e) {
                log.debug("{} is probably being evicted by another process", ShortHash.in(entry), e);
                return Optional.empty();
            }
        }

        String kind() {
            return path.getParent().getFileName().toString();
        }

        String key() {
            return path.getFileName().toString();
        }
    }

    private void sweep(Path allTemporary) throws IOException {
        for (Path remaining : children(allTemporary)) {
            if (!Files.isDirectory(remaining, LinkOption.NOFOLLOW_LINKS)) {
                continue;
            }
            Optional<FileLocks.Held> dead =
                    locks.tryExclusive(processLock(remaining.getFileName().toString()));
            if (dead.isPresent()) {
                log.info("Deleting the files of a dead process in {}", remaining);
                deleteLater(remaining);
                dead.get().close();
            }
        }
    }

    private static List<Path> children(Path directory) throws IOException {
        try (Stream<Path> children = Files.list(directory)) {
            return children.toList();
        }
    }

    /**
     * Deletes a directory that no other thread can reach. If the deletion fails, the next start of a worker repeats it.
     */
    private static void deleteLater(Path unreachable) {
        try {
            DirectoryTree.delete(unreachable);
        } catch (IOException e) {
            log.warn("Could not delete {}", ShortHash.in(unreachable), e);
        }
    }

    private static String useLock(String kind, String key) {
        return kind + "-" + key + ".use";
    }

    private static String fillLock(String kind, String key) {
        return kind + "-" + key + ".fill";
    }

    private static String processLock(String process) {
        return "process-" + process;
    }

    /** Closes the cache. Entries in use stay in use until they are closed. */
    @Override
    public void close() {
        deleteLater(temporary);
        alive.close();
    }

    private static final class Entry implements CacheEntry {
        private final Path directory;
        private final FileLocks.Held use;
        private final AtomicBoolean open = new AtomicBoolean(true);

        Entry(Path directory, FileLocks.Held use) {
            this.directory = directory;
            this.use = use;
        }

        @Override
        public Path directory() {
            return directory;
        }

        @Override
        public void close() {
            if (open.compareAndSet(true, false)) {
                use.close();
            }
        }
    }
}
