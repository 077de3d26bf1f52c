package sg.aiverify.worker.cache.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sg.aiverify.worker.cache.CacheEntry;
import sg.aiverify.worker.run.CancellationSource;

/** Tests entries that an algorithm without a sandbox has changed. */
@Timeout(60)
class DistrustfulCacheTest {
    @TempDir
    private Path directory;

    private final AtomicInteger fills = new AtomicInteger();
    private DiskContentCache cache;

    @BeforeEach
    void open() {
        cache = new DiskContentCache(directory, 1_000_000, Clock.systemUTC());
    }

    @AfterEach
    void close() {
        cache.close();
    }

    private CacheEntry obtain() throws InterruptedException {
        return cache.obtain("models", "one", new CancellationSource(), target -> {
            fills.incrementAndGet();
            Files.createDirectory(target.resolve("folder"));
            Files.writeString(target.resolve("folder/model"), "as it was");
        });
    }

    /** Changes of a file. */
    enum Change {
        WRITTEN_WITH_ITS_OLD_TIME {
            @Override
            void make(Path file) throws IOException {
                FileTime time = Files.getLastModifiedTime(file);
                Files.writeString(file, "otherwise");
                Files.setLastModifiedTime(file, time);
            }
        },
        REPLACED {
            @Override
            void make(Path file) throws IOException {
                Path other = Files.writeString(file.resolveSibling("other"), "as it was");
                Files.move(other, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            }
        },
        REMOVED {
            @Override
            void make(Path file) throws IOException {
                Files.delete(file);
            }
        },
        JOINED_BY_ANOTHER {
            @Override
            void make(Path file) throws IOException {
                Files.createFile(file.resolveSibling("other"));
            }
        },
        MADE_UNREADABLE {
            @Override
            void make(Path file) throws IOException {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
            }
        };

        abstract void make(Path file) throws IOException;
    }

    @ParameterizedTest
    @EnumSource
    void aChangedEntryIsCreatedAgain(Change change) throws Exception {
        cache.distrust();
        try (CacheEntry entry = obtain()) {
            change.make(entry.directory().resolve("folder/model"));
        }
        try (CacheEntry entry = obtain()) {
            assertThat(entry.directory().resolve("folder/model")).hasContent("as it was");
        }
        obtain().close();
        assertThat(fills).hasValue(2);
    }

    @Test
    void whatWasNotChangedIsUsedAgainByTheNextWorkerToo() throws Exception {
        obtain().close();
        try (DiskContentCache next = new DiskContentCache(directory, 1_000_000, Clock.systemUTC())) {
            next.distrust();
            for (int i = 0; i < 3; i++) {
                next.obtain("models", "one", new CancellationSource(), target -> fills.incrementAndGet())
                        .close();
            }
        }
        assertThat(fills).hasValue(1);
    }

    @Test
    void anEntryThatAnotherWorkerCreatedAgainIsNotChanged() throws Exception {
        cache.distrust();
        obtain().close();
        obtain().close();
        try (DiskContentCache other = new DiskContentCache(directory, 0, Clock.systemUTC())) {
            other.obtain("models", "two", new CancellationSource(), target -> Files.createFile(target.resolve("x")))
                    .close();
        }
        obtain().close();
        obtain().close();
        assertThat(fills.get()).isBetween(1, 2);
    }

    @Test
    void whatWasChangedStaysForThoseWhoUseItAndOthersGetANewOne() throws Exception {
        cache.distrust();
        try (CacheEntry inUse = obtain()) {
            Files.writeString(inUse.directory().resolve("folder/model"), "otherwise");

            try (CacheEntry next = obtain()) {
                assertThat(next.directory().resolve("folder/model")).hasContent("as it was");
                assertThat(inUse.directory().resolve("folder/model")).hasContent("otherwise");
            }
        }
        try (CacheEntry entry = obtain()) {
            assertThat(entry.directory().resolve("folder/model")).hasContent("as it was");
        }
    }

    @Test
    void nothingIsLookedAtWhereASandboxProtectsIt() throws Exception {
        try (CacheEntry entry = obtain()) {
            Files.writeString(entry.directory().resolve("folder/model"), "by hand");
        }
        obtain().close();
        assertThat(fills).hasValue(1);
    }
}
