package sg.aiverify.worker.cache.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.cache.CacheEntry;
import sg.aiverify.worker.cache.ContentCache;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.CancellationSource;

@Timeout(120)
class DiskContentCacheTest {
    private static final ContentCache.Filler NEVER = target -> {
        throw new AssertionError("filled again");
    };

    @TempDir
    private Path directory;

    private Instant now = Instant.parse("2026-11-21T08:00:00Z");

    private final Clock clock = new Clock() {
        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Instant instant() {
            return now;
        }
    };

    private DiskContentCache cache(long maxBytes) {
        return new DiskContentCache(directory, maxBytes, clock);
    }

    /** Changes an entry that contains the file {@code data} with the text {@code good} and a directory. */
    @FunctionalInterface
    private interface Change {
        void to(Path content) throws IOException;
    }

    private Path afterItWas(Change change) throws Exception {
        try (DiskContentCache cache = cache(Long.MAX_VALUE)) {
            cache.distrust();
            CacheEntry before = obtainData(cache);
            change.to(before.directory());
            before.close();
            try (CacheEntry after = obtainData(cache)) {
                assertThat(after.directory().resolve("data")).isRegularFile().hasContent("good");
                assertThat(after.directory().resolve("more")).doesNotExist();
                return after.directory();
            }
        }
    }

    private static CacheEntry obtainData(ContentCache cache) throws InterruptedException {
        return cache.obtain("datasets", "key", new CancellationSource(), content -> {
            Files.writeString(content.resolve("data"), "good");
            Files.createDirectory(content.resolve("folder"));
        });
    }

    @Test
    void whatARunHasWrittenIntoAnEntryIsNotWhatTheNextOneReads() throws Exception {
        afterItWas(content -> Files.writeString(content.resolve("data"), "evil"));
        afterItWas(content -> {
            FileTime time = Files.getLastModifiedTime(content.resolve("data"));
            Files.writeString(content.resolve("data"), "evil");
            Files.setLastModifiedTime(content.resolve("data"), time);
        });
        afterItWas(content -> Files.writeString(content.resolve("more"), "x"));
        afterItWas(content -> Files.delete(content.resolve("folder")));
        afterItWas(content -> Files.delete(content.resolve("data")));
        afterItWas(content -> {
            Files.move(content.resolve("data"), content.resolve("folder/data"));
            Files.createSymbolicLink(content.resolve("data"), content.resolve("folder/data"));
        });
        afterItWas(content -> Files.delete(content.resolveSibling("stamp")));
    }

    @Test
    void trustedEntriesAreNotChecked() throws Exception {
        try (DiskContentCache cache = cache(Long.MAX_VALUE)) {
            try (CacheEntry before = obtainData(cache)) {
                Files.writeString(before.directory().resolve("data"), "evil");
            }
            try (CacheEntry after = obtainData(cache)) {
                assertThat(after.directory().resolve("data")).hasContent("evil");
            }
        }
    }

    @Test
    void aSpoiltEntryStaysForThoseWhoUseItAndOthersGetANewOne() throws Exception {
        try (DiskContentCache cache = cache(Long.MAX_VALUE);
                CacheEntry inUse = obtainData(cache)) {
            cache.distrust();
            Files.writeString(inUse.directory().resolve("data"), "evil");

            try (CacheEntry next = obtainData(cache)) {
                assertThat(next.directory()).isNotEqualTo(inUse.directory());
                assertThat(next.directory().resolve("data")).hasContent("good");
                assertThat(inUse.directory().resolve("data")).hasContent("evil");
            }
        }
    }

    private static CacheEntry obtain(ContentCache cache, String key, ContentCache.Filler filler)
            throws InterruptedException {
        return cache.obtain("things", key, new CancellationSource(), filler);
    }

    private static ContentCache.Filler bytes(int size) {
        return target -> Files.write(target.resolve("data"), new byte[size]);
    }

    @Test
    void an_entry_is_filled_once_and_found_again() throws Exception {
        DiskContentCache cache = cache(1000);
        Path first;
        try (CacheEntry entry = obtain(cache, "a", bytes(3))) {
            first = entry.directory();
            assertThat(first.resolve("data")).hasSize(3);
            assertThat(first).isAbsolute();
        }
        try (CacheEntry entry = obtain(cache, "a", NEVER)) {
            assertThat(entry.directory()).isEqualTo(first);
        }
        try (DiskContentCache reopened = cache(1000);
                CacheEntry entry = obtain(reopened, "a", NEVER)) {
            assertThat(entry.directory()).isEqualTo(first);
        }
    }

    @Test
    void many_threads_over_two_instances_fill_each_key_once() throws Exception {
        List<DiskContentCache> caches = List.of(cache(Long.MAX_VALUE), cache(Long.MAX_VALUE));
        int keys = 12;
        int threads = 16;
        List<AtomicInteger> fills =
                Stream.generate(AtomicInteger::new).limit(keys).toList();
        AtomicInteger obtained = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Callable<Void>> work = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int thread = t;
                work.add(() -> {
                    for (int k = 0; k < keys; k++) {
                        int key = (k + thread) % keys;
                        try (CacheEntry entry = obtain(caches.get(thread % 2), "k" + key, target -> {
                            fills.get(key).incrementAndGet();
                            Thread.yield();
                            Files.writeString(target.resolve("data"), "x");
                        })) {
                            assertThat(entry.directory().resolve("data")).hasContent("x");
                            obtained.incrementAndGet();
                        }
                    }
                    return null;
                });
            }
            for (Future<Void> done : pool.invokeAll(work)) {
                done.get();
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(fills).extracting(AtomicInteger::get).containsOnly(1);
        assertThat(obtained).hasValue(keys * threads);
    }

    @Tag("slow")
    @Test
    void processes_on_one_directory_fill_each_key_once() throws Exception {
        int keys = 300;
        Path log = directory.resolve("fills.log");
        String shared = directory.resolve("shared").toString();
        List<Process> others = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            others.add(CacheProcess.start("fill", shared, Integer.toString(keys), log.toString()));
        }
        try (DiskContentCache own = new DiskContentCache(Path.of(shared), Long.MAX_VALUE, clock)) {
            await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(log));
            CacheProcess.obtainAll(own, keys, log);
        } finally {
            for (Process other : others) {
                if (!other.waitFor(60, TimeUnit.SECONDS)) {
                    other.destroyForcibly();
                }
            }
        }
        assertThat(others).extracting(Process::exitValue).containsOnly(0);
        assertThat(Files.readAllLines(log)).hasSize(keys).doesNotHaveDuplicates();
    }

    @Test
    void files_of_a_killed_process_are_deleted_and_created_again_but_not_those_of_a_running_one() throws Exception {
        Path mark = directory.resolve("mark");
        Path shared = directory.resolve("shared");
        Process other = CacheProcess.start("hang", shared.toString(), mark.toString());
        try {
            await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(mark));
            try (DiskContentCache cache = new DiskContentCache(shared, 0, clock)) {
                assertThat(halfMade(shared)).hasSize(1);
                // The limit is zero, but the other process uses its entry.
                obtain(cache, "mine", bytes(1)).close();
                assertThat(shared.resolve("entries/things/used")).exists();

                CancellationSource stopped = new CancellationSource();
                ExecutorService waiting = Executors.newSingleThreadExecutor();
                try {
                    Future<CacheEntry> half = waiting.submit(() -> cache.obtain("things", "half", stopped, NEVER));
                    stopped.cancel(CancelReason.CANCELLED);
                    assertThatThrownBy(half::get).hasCauseInstanceOf(RunCancelledException.class);
                } finally {
                    waiting.shutdownNow();
                }
            }
        } finally {
            other.destroyForcibly().waitFor();
        }
        try (DiskContentCache cache = new DiskContentCache(shared, 1000, clock)) {
            assertThat(halfMade(shared)).isEmpty();
            try (CacheEntry entry = obtain(cache, "half", bytes(5))) {
                assertThat(entry.directory())
                        .isDirectoryContaining("glob:**/data")
                        .isDirectoryNotContaining("glob:**/part");
            }
        }
    }

    private static List<Path> halfMade(Path cache) throws IOException {
        try (Stream<Path> files = Files.walk(cache.resolve("tmp"))) {
            return files.filter(file -> file.endsWith("part")).toList();
        }
    }

    @Test
    void the_least_recently_used_go_first_and_none_in_use() throws Exception {
        DiskContentCache cache = cache(250);
        CacheEntry inUse = obtain(cache, "oldest", bytes(100));
        tick();
        obtain(cache, "old", bytes(100)).close();
        tick();
        obtain(cache, "younger", bytes(50)).close();
        tick();
        obtain(cache, "old", NEVER).close();
        tick();

        obtain(cache, "new", bytes(50)).close();
        assertThat(keys()).containsExactlyInAnyOrder("oldest", "old", "new");

        inUse.close();
        obtain(cache, "newer", bytes(100)).close();
        assertThat(keys()).containsExactlyInAnyOrder("old", "new", "newer");
    }

    private void tick() {
        now = now.plusSeconds(1);
    }

    private List<String> keys() throws IOException {
        try (Stream<Path> entries = Files.list(directory.resolve("entries/things"))) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }

    @Test
    void read_only_directories_can_be_evicted() throws Exception {
        DiskContentCache cache = cache(10);
        obtain(cache, "a", target -> {
                    Path sub = Files.createDirectory(target.resolve("sub"));
                    Files.write(sub.resolve("data"), new byte[20]);
                    Files.setPosixFilePermissions(sub.resolve("data"), PosixFilePermissions.fromString("r--r--r--"));
                    Files.setPosixFilePermissions(sub, PosixFilePermissions.fromString("r-xr-xr-x"));
                })
                .close();
        obtain(cache, "b", bytes(5)).close();
        assertThat(keys()).containsExactly("b");
        try (Stream<Path> left = Files.walk(directory.resolve("tmp"))) {
            assertThat(left.filter(Files::isRegularFile)).isEmpty();
        }
    }

    @Test
    void a_failing_filler_leaves_nothing_and_the_next_one_fills() throws Exception {
        DiskContentCache cache = cache(1000);
        assertThatThrownBy(() -> obtain(cache, "a", target -> {
                    Files.writeString(target.resolve("part"), "x");
                    throw new TaskFailedException("bad");
                }))
                .isInstanceOf(TaskFailedException.class)
                .hasMessage("bad");
        try (CacheEntry entry = obtain(cache, "a", bytes(1))) {
            assertThat(entry.directory()).isDirectoryNotContaining("glob:**/part");
        }
    }

    @Test
    void a_full_disk_is_reported_and_space_is_freed() throws Exception {
        DiskContentCache cache = cache(1000);
        obtain(cache, "old", bytes(500)).close();
        assertThatThrownBy(() -> obtain(cache, "a", target -> {
                    throw new IOException("No space left on device");
                }))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageContaining("No space left on the disk for things/a");
        assertThat(keys()).isEmpty();
    }

    @Test
    void waiting_for_another_run_can_be_cancelled() throws Exception {
        DiskContentCache cache = cache(1000);
        CountDownLatch filling = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        CancellationSource stopped = new CancellationSource();
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            Future<CacheEntry> first = pool.submit(() -> obtain(cache, "a", target -> {
                filling.countDown();
                go.await();
            }));
            filling.await();
            Future<CacheEntry> second = pool.submit(() -> cache.obtain("things", "a", stopped, NEVER));
            stopped.cancel(CancelReason.SHUTDOWN);
            assertThatThrownBy(second::get).hasCauseInstanceOf(RunCancelledException.class);
            go.countDown();
            first.get().close();
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void names_that_are_no_plain_file_names_are_refused() {
        DiskContentCache cache = cache(1000);
        for (String key : List.of("", "..", "a/b", ".hidden", "a b", "x".repeat(151))) {
            assertThatThrownBy(() -> obtain(cache, key, NEVER))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("allowed");
        }
    }

    @Test
    void the_limit_is_a_setting_in_megabytes() throws Exception {
        try (DiskContentCache cache =
                DiskContentCache.open(directory, Settings.of(java.util.Map.of("TEWORKER_CACHE_MAX_MB", "1")), clock)) {
            obtain(cache, "a", bytes(700_000)).close();
            tick();
            obtain(cache, "b", bytes(700_000)).close();
        }
        assertThat(keys()).containsExactly("b");
    }
}
