package sg.aiverify.worker.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
import sg.aiverify.worker.pipeline.IsolationNote;
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

    private static void needsControlGroups(IsolatedRuns runs) {
        List<String> missing = runs.isolation().note().missing();
        Needs.that(missing.isEmpty(), "control groups", String.join("; ", missing));
    }

    @Test
    void aRunThatTakesTooMuchMemoryIsToldSoAtOnce() throws InterruptedException {
        try (IsolatedRuns runs = open("TEWORKER_TASK_MEMORY_MB", "400")) {
            needsLimit(runs, "400 MiB of memory");
            assertThatThrownBy(() -> runs.run(HOG))
                    .isInstanceOf(TaskFailedException.class)
                    .hasMessageStartingWith("Failed to run algorithm: ")
                    .hasMessageMatching("(?s).*(it ran out of memory, of 400 MiB; the limit is TEWORKER_TASK_MEMORY_MB"
                            + "|MemoryError).*");
        }
    }

    @Test
    void aChildThatTakesTooMuchMemoryIsToldAsWell() throws InterruptedException {
        try (IsolatedRuns runs = open("TEWORKER_TASK_MEMORY_MB", "400")) {
            needsControlGroups(runs);
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
                    .hasMessageContaining("it ran out of memory, of 400 MiB")
                    .hasMessageContaining("the child ended with -9");
        }
    }

    @Test
    void aForkBombIsBoundedAndToldInTheFailure() throws InterruptedException {
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
                    // Only a control group counts the attempts that the kernel refused.
                    .hasMessageContaining(
                            runs.isolation().note().inForce().contains("RLIMIT_NPROC")
                                    ? ""
                                    : "beyond 40; the limit is TEWORKER_TASK_PIDS")
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
            assumeInForce(runs, "400 MiB of memory");
            assertThatThrownBy(() -> runs.run("self.get_results = lambda: [os.urandom(1 << 20) for _ in range(800)]"))
                    .isInstanceOf(TaskFailedException.class)
                    .hasMessageMatching("(?s).*(it ran out of memory, of 400 MiB|MemoryError).*");
        }
    }

    @Test
    void theLimitOfProcessorsIsThatOfTheGroup() throws InterruptedException {
        try (IsolatedRuns runs = open("TEWORKER_TASK_CPUS", "0.5")) {
            assumeInForce(runs, "0.5 processors");
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

    /** Where there is no sandbox, or one that sees its supervisor. */
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
            // Killed, but perhaps not buried yet by the machine's first process.
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> MisbehavingAlgorithm.processes(MARKER).isEmpty());
        }
    }

    @Test
    void noCoreIsDumpedAndNoGroupIsLeft() throws Exception {
        try (IsolatedRuns runs = open()) {
            JsonObject told = runs.run("""
                    import resource
                    self.results['core'] = list(resource.getrlimit(resource.RLIMIT_CORE))
                    self.results['groups'] = Path('/proc/self/cgroup').read_text()
                    """);
            assertThat(told.get("core")).hasToString("[0,0]");
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
