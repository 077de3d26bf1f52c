package sg.aiverify.worker.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.python.StallWatch;
import sg.aiverify.worker.run.CancellationSource;
import sg.aiverify.worker.stage.IsolationNote;
import sg.aiverify.worker.testkit.machine.Needs;
import sg.aiverify.worker.testkit.samples.MisbehavingAlgorithm;

@Tag("slow")
@ParameterizedClass(name = "{0}")
@EnumSource(Sandbox.class)
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class LimitsTest {
    private static final String HOG = "kept = [bytearray(os.urandom(1 << 20)) for _ in range(2000)]";

    private static final String MARKER = "kept-" + ProcessHandle.current().pid();

    @Parameter
    Sandbox sandbox;

    @TempDir
    Path directory;

    private IsolatedRuns open(String... limits) throws InterruptedException {
        return IsolatedRuns.open(directory, sandbox, limits.length == 0 ? Map.of() : Map.of(limits[0], limits[1]));
    }

    private static void needsLimit(IsolatedRuns runs, String words) {
        IsolationNote note = runs.isolation().note();
        Needs.that(note.inForce().contains(words), "a limit of " + words, String.join("; ", note.missing()));
    }

    @Test
    void aRunThatTakesTooMuchMemoryFailsAtOnceWithTheReason() throws InterruptedException {
        try (IsolatedRuns runs = open("TEWORKER_TASK_MEMORY_MB", "400")) {
            needsLimit(runs, "400 MiB of memory");
            assertThatThrownBy(() -> runs.run(HOG))
                    .isInstanceOf(TaskFailedException.class)
                    .hasMessageStartingWith("Failed to run algorithm: ")
                    .hasMessageMatching(
                            "(?s).*(it ran out of memory: the limit is 400 MiB, set by TEWORKER_TASK_MEMORY_MB"
                                    + "|MemoryError).*");
        }
    }

    @Test
    void aChildThatTakesTooMuchMemoryIsReportedToo() throws InterruptedException {
        try (IsolatedRuns runs = open("TEWORKER_TASK_MEMORY_MB", "400")) {
            needsLimit(runs, "400 MiB of memory,"); // only a control group reports it
            assertThatThrownBy(() -> runs.run("""
                            import multiprocessing
                            def hog():
                                kept = [bytearray(os.urandom(1 << 20)) for _ in range(2000)]
                            child = multiprocessing.get_context('fork').Process(target=hog)
                            child.start()
                            child.join()
                            raise RuntimeError('the child ended with %s' % child.exitcode)
                            """))
                    .isInstanceOf(TaskFailedException.class)
                    .hasMessageContaining("it ran out of memory: the limit is 400 MiB")
                    .hasMessageContaining("the child ended with -9");
            assertThatThrownBy(() -> runs.run("os.kill(os.getpid(), signal.SIGKILL)"))
                    .hasMessageContaining(
                            "was killed by SIGKILL, sent by the algorithm or by another process; its memory did not run out");
        }
    }

    @Test
    void aForkBombIsBoundedAndReportedInTheFailure() throws InterruptedException {
        try (IsolatedRuns runs = open("TEWORKER_TASK_PIDS", "40")) {
            needsLimit(runs, "40 processes and threads");
            assertThatThrownBy(() -> runs.run("""
                            made = 0
                            try:
                                while made < 500:
                                    if os.fork() == 0:
                                        time.sleep(600)
                                        os._exit(0)
                                    made += 1
                            finally:
                                print('made', made, flush=True)
                            """))
                    .isInstanceOf(TaskFailedException.class)
                    .hasMessageContaining("BlockingIOError")
                    // Only a control group counts the refused attempts.
                    .hasMessageContaining(
                            runs.isolation().note().inForce().contains("RLIMIT_NPROC")
                                    ? ""
                                    : "It could not start more than 40 processes and threads; the limit is"
                                            + " TEWORKER_TASK_PIDS")
                    .hasMessageMatching("(?s).*made [123]?\\d\\n.*");
            assertThat(runs.run("pass").get("message").getAsString()).isEqualTo("tiny");
        }
    }

    @Test
    void aRunThatFillsTheDiskIsKilled() throws InterruptedException {
        try (IsolatedRuns runs = open("TEWORKER_TASK_DISK_MB", "32")) {
            assertThatThrownBy(() -> runs.run("""
                            for number in range(8):
                                Path('big%d' % number).write_bytes(bytes(16 << 20))
                            time.sleep(600)
                            """))
                    .isInstanceOf(TaskFailedException.class)
                    .hasMessageContaining("its files took more than 32 MiB; the limit is TEWORKER_TASK_DISK_MB");
        }
    }

    private void assertTooManyFiles(String body, String reason) throws InterruptedException {
        try (IsolatedRuns runs = open("TEWORKER_TASK_DISK_MB", "32")) {
            assertThatThrownBy(() -> runs.run(body))
                    .isInstanceOf(TaskFailedException.class)
                    .hasMessageContaining(reason)
                    .hasMessageContaining("TEWORKER_TASK_DISK_MB");
        }
    }

    private static final String EXCEEDS = "its files took more than 32 MiB";
    private static final String HIDES = "its files cannot be counted";

    @Test
    void filesThatAreMovedOutOfTheWayCount() throws InterruptedException {
        assertTooManyFiles("""
                import threading
                os.makedirs('a/big')
                os.mkdir('b')
                def move():
                    here, there = 'ab'
                    while True:
                        os.rename(here + '/big', there + '/big')
                        here, there = there, here
                threading.Thread(target=move, daemon=True).start()
                written = 0
                while written < 4:
                    try:
                        Path('ab'[written % 2], 'big', str(written)).write_bytes(bytes(12 << 20))
                        written += 1
                    except OSError:
                        pass
                time.sleep(600)
                """, EXCEEDS);
    }

    @Test
    void filesThatAreDeletedAndOpenCount() throws InterruptedException {
        assertTooManyFiles("""
                kept = []
                for number in range(4):
                    kept.append(open('big', 'wb'))
                    kept[-1].write(bytes(12 << 20))
                    kept[-1].flush()
                    os.unlink('big')
                time.sleep(600)
                """, EXCEEDS);
    }

    /** After the first thread has ended, the process's descriptors are no longer visible. */
    @Test
    void filesThatOnlyALaterThreadHasOpenCount() throws InterruptedException {
        assertTooManyFiles("""
                import ctypes, threading
                def hold():
                    kept = [os.open('.', os.O_TMPFILE | os.O_RDWR) for _ in range(4)]
                    for file in kept:
                        os.write(file, bytes(12 << 20))
                    time.sleep(600)
                threading.Thread(target=hold).start()
                end_this_thread = {'x86_64': 60, 'aarch64': 93}[os.uname().machine]
                ctypes.CDLL(None).syscall(ctypes.c_long(end_this_thread), 0)
                """, EXCEEDS);
    }

    @Test
    void filesThatAreDeletedAndMappedCount() throws InterruptedException {
        assertTooManyFiles("""
                import ctypes
                libc = ctypes.CDLL(None)
                for number in range(5):
                    file = os.open('big', os.O_CREAT | os.O_RDWR)
                    os.write(file, bytes(12 << 20))
                    libc.mmap(None, ctypes.c_size_t(4096), 1, 2, file, ctypes.c_long(0))
                    os.close(file)
                    os.unlink('big')
                time.sleep(600)
                """, EXCEEDS);
    }

    /** The program waits in its own memory page, after it has unmapped its file. */
    @Test
    void programsThatAreDeletedAndExecutedCount() throws InterruptedException {
        assertTooManyFiles("""
                import struct
                program = bytes.fromhex(
                    '31ffbe00100000ba0700000041ba220000004983c8ff4531c9b8090000000f05'  # maps a page
                    '4889c74989c0bead004000b91a000000f3a441ffe0'  # copies the rest there, and continues there
                    'b80b000000bf00004000be001000000f05b8220000000f05ebf7')  # unmaps the file and waits
                head = struct.pack('<16sHHIQQQIHHHHHH', bytes.fromhex('7f454c46020101'), 2, 62, 1, 0x400078, 64, 0, 0, 64, 56, 1, 0, 0, 0)
                head += struct.pack('<IIQQQQQQ', 1, 5, 0, 0x400000, 0x400000, 120 + len(program), 120 + len(program), 4096)
                for number in range(4):
                    name = 'big%d' % number
                    with os.fdopen(os.open(name, os.O_CREAT | os.O_WRONLY, 0o755), 'wb') as file:
                        file.write(head + program + bytes(12 << 20))
                    if os.uname().machine == 'x86_64':
                        started = os.posix_spawn(name, [name], {})
                        while name in Path('/proc/%d/maps' % started).read_text():
                            time.sleep(0.01)
                        os.unlink(name)
                time.sleep(600)
                """, EXCEEDS);
    }

    @Test
    void blocksBeyondTheEndOfAFileCount() throws InterruptedException {
        assertTooManyFiles("""
                import ctypes
                file = os.open('big', os.O_CREAT | os.O_RDWR)
                keep_size = 1
                if ctypes.CDLL(None).fallocate(file, keep_size, ctypes.c_long(0), ctypes.c_long(48 << 20)):
                    os.truncate(file, 33 << 20)  # not on this file system
                time.sleep(600)
                """, "took more than 32 MiB");
    }

    @Test
    void filesOnTheirWayThroughASocketCannotBeCounted() throws InterruptedException {
        assertTooManyFiles("""
                import array, socket
                one, other = socket.socketpair()
                file = os.open('big', os.O_CREAT | os.O_RDWR)
                os.unlink('big')
                one.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [file]))])
                os.close(file)
                time.sleep(600)
                """, HIDES);
    }

    /** To count a run's files, it is frozen, which uses processor time. That must not keep a stalled run alive. */
    @Test
    void aRunThatWaitsForEverIsNotWokenToBeCounted() throws InterruptedException {
        StallWatch watch = new StallWatch(Duration.ofSeconds(8));
        try (IsolatedRuns runs = open()) {
            assertThatThrownBy(() -> watch.over(directory.resolve("data"), new CancellationSource(), () -> {
                        runs.run("time.sleep(600)");
                        throw new IllegalStateException("it was not stopped");
                    }))
                    .isInstanceOf(TaskFailedException.class)
                    .hasMessageContaining("used no processor for 8 seconds");
        }
    }

    @Test
    void aRunThatWritesLinksAndPipesIsLeftAlone() throws InterruptedException {
        try (IsolatedRuns runs = open("TEWORKER_TASK_DISK_MB", "32")) {
            JsonObject output = runs.run("""
                    os.mkfifo('pipe')
                    os.symlink('/usr', 'link')
                    end = time.time() + 2
                    count = 0
                    while time.time() < end:
                        Path('file').write_bytes(bytes(1 << 20))
                        os.rename('file', 'other')
                        count += 1
                    self.results['count'] = count
                    """);
            assertThat(output.get("count").getAsInt()).isPositive();
        }
    }

    @Test
    void theDiskLimitHoldsAfterTheAlgorithmHasEnded() throws InterruptedException {
        try (IsolatedRuns runs = open("TEWORKER_TASK_DISK_MB", "32")) {
            assertThatThrownBy(() -> runs.run("""
                            def late():
                                for number in range(8):
                                    Path('big%d' % number).write_bytes(bytes(16 << 20))
                                time.sleep(600)
                            self.get_results = late
                            """))
                    .isInstanceOf(TaskFailedException.class)
                    .hasMessageContaining("its files took more than 32 MiB; the limit is TEWORKER_TASK_DISK_MB");
        }
    }

    @Test
    void theMemoryLimitHoldsAfterTheAlgorithmHasEnded() throws InterruptedException {
        try (IsolatedRuns runs = open("TEWORKER_TASK_MEMORY_MB", "400")) {
            needsLimit(runs, "400 MiB of memory");
            assertThatThrownBy(() -> runs.run("self.get_results = lambda: [os.urandom(1 << 20) for _ in range(800)]"))
                    .isInstanceOf(TaskFailedException.class)
                    .hasMessageMatching("(?s).*(it ran out of memory: the limit is 400 MiB|MemoryError).*");
        }
    }

    @Test
    void theLimitOfProcessorsIsThatOfTheGroup() throws InterruptedException {
        try (IsolatedRuns runs = open("TEWORKER_TASK_CPUS", "0.5")) {
            needsLimit(runs, "0.5 processors");
            assertThat(runs.run("""
                            places = [line.split(':', 2) for line in Path('/proc/self/cgroup').read_text().splitlines()]
                            files = [Path('/sys/fs/cgroup' + ('/cpu' if kinds else '') + place, name)
                                     for _, kinds, place in places for name in ('cpu.cfs_quota_us', 'cpu.max')
                                     if not kinds or 'cpu' in kinds.split(',')]
                            self.results['quota'] = ' '.join(file.read_text() for file in files if file.exists())
                            """).get("quota").getAsString()).startsWith("50000");
        }
    }

    @Test
    void aSingleFileStopsAtTheLimit() throws InterruptedException {
        try (IsolatedRuns runs = open("TEWORKER_TASK_DISK_MB", "16")) {
            assertThatThrownBy(() -> runs.run("os.truncate(os.open('big', os.O_CREAT | os.O_WRONLY), 17 << 20)"))
                    .isInstanceOf(TaskFailedException.class)
                    .hasMessageContaining("File too large");
        }
    }

    @Test
    void aRunWhoseFilesCannotBeCountedIsKilled() throws InterruptedException {
        try (IsolatedRuns runs = open()) {
            assertThatThrownBy(() -> runs.run("""
                            for _ in range(50):
                                os.mkdir('d' * 100)
                                os.chdir('d' * 100)
                            time.sleep(600)
                            """))
                    .isInstanceOf(TaskFailedException.class)
                    .hasMessageContaining("its files cannot be counted")
                    .hasMessageContaining("TEWORKER_TASK_DISK_MB");
        }
        assertThat(directory.resolve("data")).isDirectoryNotContaining("glob:**/run-*");
    }

    /** For runs without a sandbox, or with one that sees its supervisor. */
    @Test
    void aRunThatKillsItsSupervisorLeavesNoProcessInItsControlGroup() throws InterruptedException {
        try (IsolatedRuns runs = open()) {
            needsLimit(runs, "512 processes and threads");
            try {
                runs.run("""
                        leave_process('%s', daemon=True)
                        try:
                            os.kill(os.getppid(), signal.SIGKILL)
                        except OSError:
                            pass
                        """.formatted(MARKER));
            } catch (StageException killed) {
                assertThat(sandbox).isIn(Sandbox.NONE, Sandbox.BUBBLEWRAP);
            }
            // Killed, but perhaps not yet reaped by the machine's first process.
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> MisbehavingAlgorithm.processes(MARKER).isEmpty());
        }
    }

    @Test
    void noCoreIsDumpedAndNoGroupIsLeft() throws Exception {
        try (IsolatedRuns runs = open()) {
            JsonObject results = runs.run("""
                    import resource
                    self.results['core'] = list(resource.getrlimit(resource.RLIMIT_CORE))
                    self.results['groups'] = Path('/proc/self/cgroup').read_text()
                    """);
            assertThat(results.get("core")).hasToString("[0,0]");
        }
        GroupHierarchy hierarchy = GroupHierarchy.ofThisProcess();
        for (ControlGroups.Controller controller : ControlGroups.Controller.values()) {
            hierarchy
                    .place(controller)
                    .ifPresent(place -> assertThat(place)
                            .isDirectoryNotContaining("glob:**aiverify-worker-"
                                    + ProcessHandle.current().pid() + "-*"));
        }
    }
}
