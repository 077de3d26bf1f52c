package sg.aiverify.worker.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.testkit.machine.Needs;

/** Allocates twice the allowed memory, in each form, with and without control groups. */
@Tag("slow")
@ParameterizedClass(name = "{0}, control groups: {1}")
@CsvSource({"LANDLOCK, true", "LANDLOCK, false", "BUBBLEWRAP, false", "LANDLOCK_ALONE, false", "NONE, false"})
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class MemoryLimitTest {
    /** Code that holds memory until the run is killed. If it is not killed, it succeeds later, and the test fails. */
    private static final String HELD = """
            import mmap
            libc = ctypes.CDLL(None, use_errno=True)
            libc.mmap.restype = libc.shmat.restype = ctypes.c_void_p
            page = os.urandom(1 << 20)
            def fill(target):
                for _ in range(600):
                    target.write(page)
            def fill_at(address):
                if address in (None, 2**64 - 1):
                    raise OSError(ctypes.get_errno(), 'refused')
                for number in range(600):
                    ctypes.memmove(address + (number << 20), page, 1 << 20)
            """;

    @Parameter(0)
    Sandbox sandbox;

    @Parameter(1)
    boolean hasGroups;

    @TempDir
    Path directory;

    private IsolatedRuns runs;

    @BeforeEach
    void open() throws InterruptedException {
        GroupHierarchy groups =
                hasGroups ? GroupHierarchy.ofThisProcess() : GroupHierarchy.read(directory.resolve("nowhere"));
        runs = IsolatedRuns.open(directory, sandbox, Map.of("TEWORKER_TASK_MEMORY_MB", "300"), groups);
        boolean isCounted = runs.isolation().note().inForce().contains("counted for");
        Needs.that(!hasGroups || !isCounted, "a control group for memory", "this process may not make one");
        assertThat(isCounted).isNotEqualTo(hasGroups);
    }

    @AfterEach
    void close() {
        if (runs != null) { // null if the sandbox does not work here
            runs.close();
        }
    }

    private void assertHeld(String lines) {
        assertThatThrownBy(() -> runs.run(HELD + lines + "\ntime.sleep(20)"))
                .isInstanceOf(StageException.class) // a full /dev/shm is a full disk, so the run is retried
                .hasMessageMatching(
                        "(?s).*(it ran out of memory: the limit is 300 MiB, set by TEWORKER_TASK_MEMORY_MB"
                                + "|MemoryError|PermissionError|OSError: \\[Errno (1|12|28|38)]|FileNotFoundError|BrokenProcess).*");
    }

    /** Memory outside of processes is counted only by control groups; without them, a filter refuses it. */
    private boolean seesWhatIsNotMapped() {
        return hasGroups || sandbox != Sandbox.NONE;
    }

    /** If a form of memory is not limited, the worker reports it at the start. */
    private boolean isLeftOpen(boolean isOpen) {
        if (isOpen) {
            assertThat(String.join("; ", runs.isolation().note().missing()))
                    .contains(sandbox == Sandbox.NONE ? "shared memory that no process maps" : "/dev/shm");
        }
        return isOpen;
    }

    @Test
    void memoryOfItsOwn() {
        assertHeld("kept = [os.urandom(1 << 20) for _ in range(600)]");
    }

    @Test
    void memoryOfManyProcesses() {
        assertHeld("""
                for _ in range(8):
                    if os.fork() == 0:
                        kept = [os.urandom(1 << 20) for _ in range(75)]
                        time.sleep(20)
                        os._exit(0)
                for _ in range(8):
                    if os.wait()[1]:
                        raise MemoryError('of a child, which was killed')
                """);
    }

    @Test
    void memoryThatIsSharedAndMapped() {
        assertHeld("kept = mmap.mmap(-1, 600 << 20)\nfill(kept)");
    }

    @Test
    void memoryThatIsSharedAndOutOfSight() {
        if (isLeftOpen(!seesWhatIsNotMapped())) {
            return;
        }
        assertHeld("kept = mmap.mmap(-1, 600 << 20)\nfill(kept)\nkept.madvise(mmap.MADV_DONTNEED)");
    }

    @Test
    void memoryOfTheDeviceOfZeros() {
        if (isLeftOpen(!seesWhatIsNotMapped())) {
            return;
        }
        assertHeld("""
                kept = mmap.mmap(os.open('/dev/zero', os.O_RDWR), 600 << 20)
                fill(kept)
                kept.madvise(mmap.MADV_DONTNEED)
                """);
    }

    @Test
    void memoryInAFileWithoutAName() {
        if (isLeftOpen(!seesWhatIsNotMapped())) {
            return;
        }
        assertHeld("fill(os.fdopen(os.memfd_create('hidden'), 'wb'))");
    }

    @Test
    void memoryOfSystemV() {
        assertHeld("fill_at(libc.shmat(libc.shmget(0, 600 << 20, 0o1600), None, 0))");
    }

    @Test
    void memoryOfAStackThatGrows() {
        assertHeld("fill_at(libc.mmap(None, ctypes.c_size_t(600 << 20), 3, 0x122, -1, ctypes.c_long(0)))");
    }

    @Test
    void filesInMemory() {
        boolean isOwn = sandbox == Sandbox.LANDLOCK || sandbox == Sandbox.BUBBLEWRAP;
        if (isLeftOpen(!hasGroups && !isOwn)) {
            return;
        }
        assertHeld("""
                path = '/dev/shm/hog-%d' % os.getpid()
                try:
                    with open(path, 'wb') as file:
                        fill(file)
                        file.flush()
                        time.sleep(20)
                finally:
                    os.remove(path)
                """);
    }

    /** A process that has ended no longer sees /dev/shm. */
    @Test
    void filesInMemoryBesideAProcessThatHasEnded() {
        if (isLeftOpen(!hasGroups && sandbox != Sandbox.LANDLOCK && sandbox != Sandbox.BUBBLEWRAP)) {
            return;
        }
        assertHeld("""
                if os.fork() == 0:
                    time.sleep(60)
                if os.fork() == 0:
                    os._exit(0)
                with open('/dev/shm/hog', 'wb') as file:
                    fill(file)
                    file.flush()
                    time.sleep(20)
                """);
    }

    @Test
    void memoryOfPageTables() {
        assertHeld("""
                size = 300 << 30
                start = libc.mmap(None, ctypes.c_size_t(size), 1, 0x4022, -1, ctypes.c_long(0))
                libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(size), 15)  # no huge pages
                for at in range(0, size, 2 << 20):
                    ctypes.c_char.from_address(start + at).value
                """);
    }

    @Test
    void aProcessWithANameLikeACountIsCountedAsAnyOther() throws InterruptedException {
        assertThat(runs.run("""
                        ctypes.CDLL(None).prctl(15, b'x kB', 0, 0, 0)
                        time.sleep(1)
                        self.results['well'] = 1
                        """).get("well").getAsInt()).isOne();
    }

    @Test
    void whatIsUsualFits() throws InterruptedException {
        assertThat(runs.runWithEngine("""
                        import multiprocessing
                        from multiprocessing import shared_memory
                        import joblib, numpy
                        from sklearn.ensemble import RandomForestClassifier
                        data = numpy.random.default_rng(1).random((60, 4))
                        RandomForestClassifier(n_jobs=2).fit(data, [0, 1] * 30).predict(data)
                        numbers = multiprocessing.Array('i', [1, 2])
                        memory = shared_memory.SharedMemory(create=True, size=100)
                        memory.close()
                        memory.unlink()
                        self.results['seen'] = joblib.Parallel(n_jobs=2)(joblib.delayed(abs)(i) for i in (-1, 2)) + numbers[:]
                        """).get("seen")).hasToString("[1,2,1,2]");
    }

    @Test
    void whatIsNotCountedIsSaid() {
        String missing = String.join("; ", runs.isolation().note().missing());
        if (hasGroups) {
            assertThat(missing).doesNotContain("TEWORKER_TASK_MEMORY_MB");
        } else {
            assertThat(missing).contains("TEWORKER_TASK_MEMORY_MB for buffers of pipes and sockets");
            assertThat(missing.contains("/dev/shm")).isEqualTo(sandbox == Sandbox.LANDLOCK_ALONE);
            assertThat(missing.contains("shared memory that no process maps")).isEqualTo(sandbox == Sandbox.NONE);
        }
    }
}
