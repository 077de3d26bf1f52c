package sg.aiverify.worker.pipelines.k8s.internal.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.testkit.python.EngineInterpreter;

/** The script itself, without a pod around it. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InPodTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void end() {
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void whatACommandTellsCanBeTakenUpAtAnyPlaceWhetherItHasEndedOrNot() throws Exception {
        Path go = directory.resolve("go");
        keep(
                600,
                "import os, time\nprint('one', flush=True)\nwhile not os.path.exists(" + quoted(go)
                        + "): time.sleep(.01)\nprint('two', flush=True)");
        Followed early = follow(0);
        await().atMost(PATIENCE).until(() -> early.output().equals("one\n"));
        early.process().destroyForcibly();

        Files.createFile(go);

        assertThat(ended(follow(4)).output()).isEqualTo("two\n");
        assertThat(ended(follow(8)).output()).isEmpty();
        assertThat(ended(follow(0)).output()).isEqualTo("one\ntwo\n");
    }

    @Test
    void ofManyErrorsTheEndIsGivenAndKept() throws Exception {
        keep(600, "import sys\nfor n in range(300000): sys.stderr.write('line %d\\n' % n)\nprint('done', flush=True)");

        Followed followed = ended(follow(0));

        assertThat(followed.output()).isEqualTo("done\n");
        assertThat(followed.errors()).endsWith("line 299998\nline 299999\n").hasSizeGreaterThan(60_000);
        assertThat(ended(follow(5)).errors()).endsWith("line 299999\n").hasSizeBetween(60_000, 140_000);
        assertThat(Files.size(directory.resolve("records/errors"))).isLessThanOrEqualTo(1024 * 1024);
    }

    @Test
    void aSupervisorThatWasKilledIsToldOf() throws Exception {
        keep(600, "import os, signal\nprint('one', end='', flush=True)\nos.kill(os.getpid(), signal.SIGKILL)");

        assertThat(ended(follow(0)).output()).isEqualTo("one\n{\"event\": \"exited\", \"signal\": \"SIGKILL\"}\n");
    }

    @Test
    void withoutAWorkerItEnds() throws Exception {
        Process keeper = keep(1, "import time\ntime.sleep(600)");

        assertThat(keeper.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(keeper.exitValue()).isEqualTo(1);
    }

    @Test
    void itIsStoppedByASignal() throws Exception {
        Process keeper = keep(600, "import time\nprint('one', flush=True)\ntime.sleep(600)");
        Followed followed = follow(0);
        await().atMost(PATIENCE).until(() -> followed.output().equals("one\n"));

        keeper.destroy();

        assertThat(keeper.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(keeper.exitValue()).isEqualTo(128 + 15);
    }

    /** A command that is followed, with its output so far. */
    private record Followed(Process process, Path outputFile, Path errorsFile) {
        String output() throws Exception {
            return Files.readString(outputFile);
        }

        String errors() throws Exception {
            return Files.readString(errorsFile, StandardCharsets.US_ASCII);
        }
    }

    private Process keep(int seconds, String script) throws Exception {
        String python = EngineInterpreter.get().executable().toString();
        return python("keep", null, null, Integer.toString(seconds), python, "-I", "-S", "-c", script);
    }

    private Followed follow(long offset) throws Exception {
        Path output = Files.createTempFile(directory, "followed", ".out");
        Path errors = Files.createTempFile(directory, "followed", ".err");
        return new Followed(python("follow", output, errors, Long.toString(offset)), output, errors);
    }

    private static Followed ended(Followed followed) throws Exception {
        assertThat(followed.process().waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        // Outside a container, the counter may count kills of other processes.
        assertThat(followed.process().exitValue()).as(followed.errors()).isIn(isCounting() ? Set.of(0, 9) : Set.of(10));
        return followed;
    }

    private static boolean isCounting() {
        return Stream.of("memory.events", "memory/memory.oom_control")
                .anyMatch(counter -> Files.exists(Path.of("/sys/fs/cgroup", counter)));
    }

    private Process python(String action, Path output, Path errors, String... more) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(EngineInterpreter.get().executable().toString(), "-I", "-S", "-B"));
        command.add(PodInputs.ownScripts(directory.resolve("worker"))
                .path("in_pod.py")
                .toString());
        command.addAll(List.of(action, directory.toString()));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command)
                .redirectOutput(output == null ? new File("/dev/null") : output.toFile())
                .redirectError(errors == null ? new File("/dev/null") : errors.toFile())
                .start();
        started.add(process);
        return process;
    }

    private static String quoted(Path path) {
        return "'" + path + "'";
    }
}
