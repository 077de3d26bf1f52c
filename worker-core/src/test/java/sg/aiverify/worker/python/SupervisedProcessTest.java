package sg.aiverify.worker.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.CancellationSource;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
class SupervisedProcessTest {
    private static final Map<String, String> VARIABLES = Map.of("PATH", System.getenv("PATH"));

    @TempDir
    Path directory;

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final OutputTail errors = new OutputTail();
    private final CancellationSource cancellation = new CancellationSource();
    private PythonScripts scripts;
    private Path python;
    private SupervisedProcess processes;

    @BeforeEach
    void findPython() throws InterruptedException {
        scripts = PythonScripts.ofCore(directory);
        python = new InterpreterFinder(scripts, System.getenv())
                .find(Settings.of(Map.of("PYTHON", System.getenv().getOrDefault("PYTHON", ""))))
                .executable();
        processes = new SupervisedProcess(python, scripts);
    }

    private SupervisedProcess.Ending run(String script) throws InterruptedException {
        return processes.run(List.of("sh", "-c", script), directory, VARIABLES, lines::add, errors, cancellation);
    }

    @Test
    void reportsExitCodeAndOutput() throws InterruptedException {
        SupervisedProcess.Ending ending = run("echo one; echo two >&2; printf three; exit 5");
        assertThat(ending).isEqualTo(new SupervisedProcess.Ending(5, null));
        assertThat(lines).containsExactly("one", "three");
        assertThat(errors.text()).isEqualTo("two\n");
    }

    @Test
    void showsTheStartOfALineThatDoesNotEnd() throws Exception {
        Path seen = directory.resolve("seen");
        OutputTail shown = new OutputTail(line -> {
            try {
                Files.writeString(seen, line);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        String script = "printf . >&2; i=0; while [ ! -e seen ] && [ $i -lt 300 ]; do sleep 0.1; i=$((i+1)); done";

        processes.run(
                List.of("sh", "-c", script + "; test -e seen"), directory, VARIABLES, lines::add, shown, cancellation);

        assertThat(seen).hasContent(".");
    }

    @Test
    void reportsTheSignalThatKilledTheCommand() throws InterruptedException {
        assertThat(run("kill -SEGV $$").signal()).isEqualTo("SIGSEGV");
        assertThat(run("exit 139").findSignal()).isEmpty();
    }

    @Test
    void reportsThatTheSupervisorWasKilled() throws InterruptedException {
        assertThat(run("kill -KILL $PPID; exec sleep 600").signal()).isEqualTo("SIGKILL");
    }

    @Test
    void saysWhichCommandCannotBeStarted() throws InterruptedException {
        SupervisedProcess.Ending ending =
                processes.run(List.of("/nowhere/tool"), directory, VARIABLES, lines::add, errors, cancellation);
        assertThat(ending.code()).isEqualTo(127);
        assertThat(errors.text()).contains("cannot start /nowhere/tool");
    }

    @Test
    void waitsForAllLinesHoweverLongTheyTakeToBeUnderstood() throws Exception {
        SupervisedProcess impatient = new SupervisedProcess(python, scripts, Duration.ofMillis(1));
        List<String> atTheEnd = new CopyOnWriteArrayList<>();
        AtomicReference<Thread> runner = new AtomicReference<>();
        Consumer<String> slow = line -> {
            try {
                if (line.equals("1")) { // far from the last, which is not even read yet
                    runner.get().join(500);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            lines.add(line);
        };
        runner.set(new Thread(() -> {
            try {
                List<String> command = List.of("sh", "-c", "seq 10000; echo result");
                impatient.run(command, directory, VARIABLES, slow, errors, cancellation);
            } catch (InterruptedException e) {
                return;
            }
            atTheEnd.addAll(lines);
        }));
        runner.get().start();
        runner.get().join();
        assertThat(atTheEnd).hasSize(10_001).endsWith("result");
    }

    @Test
    void killsWhatIgnoresSignalsAndLeavesTheSession() throws Exception {
        Path pids = directory.resolve("pids");
        Thread canceller = new Thread(() -> {
            await().atMost(Duration.ofSeconds(60)).until(() -> read(pids).count() == 2);
            cancellation.cancel(CancelReason.CANCELLED);
        });
        canceller.start();
        assertThatThrownBy(() -> run("trap '' TERM HUP INT; echo $$ >> pids;"
                        + " setsid sh -c 'echo $$ >> pids; sleep 600' & sleep 600; sleep 600"))
                .isInstanceOf(RunCancelledException.class);
        assertThat(read(pids)).hasSize(2).noneMatch(pid -> Files.exists(Path.of("/proc", pid)));
    }

    @Test
    void killsEverythingWhenTheWorkerDies() throws Exception {
        Path pids = directory.resolve("pids");
        Process worker = new ProcessBuilder(
                        "sh",
                        "-c",
                        "sleep 600 | exec \"$0\" -I -S \"$1\" sh -c 'echo $$ >> pids; setsid sleep 600 & echo $! >> pids; wait'"
                                + " & echo $! > supervisor; wait",
                        python.toString(),
                        scripts.path("supervisor.py").toString())
                .directory(directory.toFile())
                .start();
        await().atMost(Duration.ofSeconds(60)).until(() -> read(pids).count() == 2);
        worker.descendants()
                .filter(process -> process.info()
                        .arguments()
                        .map(List::of)
                        .orElse(List.of())
                        .equals(List.of("600")))
                .filter(process -> read(pids).noneMatch(pid -> pid.equals(Long.toString(process.pid()))))
                .forEach(ProcessHandle::destroyForcibly);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> read(pids).noneMatch(pid -> Files.exists(Path.of("/proc", pid))));
        worker.waitFor();
    }

    @Test
    void reportsTheOutputOfACommandThatWasStopped() {
        Thread running = Thread.currentThread();
        Thread canceller = new Thread(() -> {
            await().atMost(Duration.ofSeconds(60)).until(() -> errors.text().contains("step 7"));
            cancellation.cancel(CancelReason.TIMED_OUT);
            running.interrupt(); // as the engine does
        });
        canceller.start();
        assertThatThrownBy(() -> run("echo step 7 >&2; exec sleep 600"))
                .isInstanceOfSatisfying(
                        RunCancelledException.class, e -> assertThat(e.output()).isEqualTo("step 7\n"));
    }

    @Test
    void startsNothingForARunThatMustStopAlready() {
        cancellation.cancel(CancelReason.SHUTDOWN);
        assertThatThrownBy(() -> run("touch started")).isInstanceOf(RunCancelledException.class);
        assertThat(directory.resolve("started")).doesNotExist();
    }

    @Test
    void writesItsFilesOnce() throws IOException {
        Path file = scripts.path("runner.py");
        Object key = Files.readAttributes(file, java.nio.file.attribute.BasicFileAttributes.class)
                .fileKey();
        assertThat(PythonScripts.ofCore(directory).path("runner.py")).isEqualTo(file);
        assertThat(Files.readAttributes(file, java.nio.file.attribute.BasicFileAttributes.class)
                        .fileKey())
                .isEqualTo(key);
    }

    private static Stream<String> read(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file).stream() : Stream.of();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
