package sg.aiverify.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.gateway.RunStatus;
import sg.aiverify.worker.testkit.gateway.RunView;
import sg.aiverify.worker.testkit.samples.MisbehavingAlgorithm;

/** Algorithms whose processes end, multiply, grow or stay in a harmful way. */
abstract class HostileProcesses {
    private final HostileScene scene;

    HostileProcesses(HostileScene scene) {
        this.scene = scene;
    }

    @Test
    void deaths() {
        scene.assertRefused(
                dying("ctypes.string_at(0)", "its process was killed by SIGSEGV"),
                dying("os.abort()", "its process was killed by SIGABRT"),
                dying("os._exit(0)", "Output zip not generated: the process exited with code 0"),
                dying("os._exit(3)", "the process exited with code 3 before it returned a result"),
                dying(
                        "os.kill(os.getpid(), signal.SIGKILL)",
                        "its process was killed by SIGKILL, sent by the algorithm or by another process"),
                dying("os.kill(os.getpid(), signal.SIGSYS)", "its process was killed by SIGSYS"),
                dying("os.kill(0, signal.SIGTERM); time.sleep(60)", "its process was killed by SIGTERM"),
                dying("raise KeyboardInterrupt()", "Failed to run algorithm: KeyboardInterrupt"),
                dying("raise SystemExit('\\x1b[31m')", "The algorithm ended its process with exit("),
                dying("raise MemoryError()", "Failed to run algorithm: MemoryError"),
                dying("f = lambda: f(); f()", "RecursionError: maximum recursion depth exceeded"));
    }

    private HostileScene.Refused dying(String body, String reason) {
        return scene.refused(scene.order(body), "pipeline_execute: ", reason);
    }

    @Test
    void daemonByDoubleForkThatHoldsThePipes() {
        String name = name("daemon");

        scene.stored(scene.order(MisbehavingAlgorithm.LEAVES_DAEMON).withArgument("marker", name));

        assertThat(MisbehavingAlgorithm.processes(name)).isEmpty();
    }

    @Test
    void daemonOfADaemonWithAllDescriptorsClosed() {
        String name = name("deep");

        scene.stored(scene.order("""
                told, tell = os.pipe()
                for depth in range(6):
                    if os.fork():
                        break
                    os.setsid()
                else:
                    take_name(self.arguments['marker'])
                    os.write(tell, b'.')
                    os.closerange(0, 64)
                    time.sleep(600)
                if depth:
                    os._exit(0)
                os.read(told, 1)
                """).withArgument("marker", name));

        assertThat(MisbehavingAlgorithm.processes(name)).isEmpty();
    }

    @Test
    void sigtermIsIgnoredByTheRunAndItsChildren() {
        String name = name("deaf");
        String run =
                scene.gateway.startRun(scene.order(MisbehavingAlgorithm.HANGS).withArgument("marker", name));
        scene.gateway.await(run, Scene.PATIENCE, "make progress", view -> view.progress() > 0);
        assertThat(MisbehavingAlgorithm.processes(name)).hasSize(3);

        scene.gateway.cancelRun(run);

        scene.verdict(run, RunStatus.CANCELLED);
        await().atMost(Scene.PATIENCE)
                .until(() -> MisbehavingAlgorithm.processes(name).isEmpty());
        assertThat(scene.gateway.uploads(run)).isEmpty();
    }

    /** At most 200, regardless of the limit, to protect machines without a limit. */
    @Test
    void forkBombIsGoneWithItsRun() {
        String name = name("bomb");

        JsonObject output = scene.output(scene.order(FORK_BOMB).withArgument("marker", name));

        assertThat(output.get("forked").getAsInt()).isPositive();
        assertThat(MisbehavingAlgorithm.processes(name)).isEmpty();
    }

    private static final String FORK_BOMB = """
            take_name(self.arguments['marker'])
            forked = 0
            try:
                while forked < 200:
                    if os.fork() == 0:
                        time.sleep(600)
                        os._exit(0)
                    forked += 1
            except OSError as refused:
                self.results['refused'] = refused.strerror
            self.results['forked'] = forked
            """;

    @Test
    void forkBombIsHeldByTheLimitOfProcesses() {
        boolean offered = scene.offers(HostileScene.Limit.PIDS);

        JsonObject output = scene.output(scene.order(FORK_BOMB).withArgument("marker", name("held")));

        if (offered) {
            assertThat(output.get("forked").getAsInt()).isLessThan(HostileScene.PIDS);
            assertThat(output.get("refused").getAsString()).isEqualTo("Resource temporarily unavailable");
        }
    }

    /** At most one and a half times the allowed value. */
    @Test
    void memoryHogIsHeldByTheLimitOfMemory() {
        scene.offers(HostileScene.Limit.MEMORY); // otherwise the limit applies to each process

        assertThat(scene.error(scene.order("""
                kept = [b'x' * ((1 << 20) + number) for number in range(self.arguments['megabytes'])]
                self.results['megabytes'] = len(kept)
                """).withArgument("megabytes", HostileScene.MEMORY_MB * 3 / 2)))
                .startsWith("pipeline_execute: ")
                .containsAnyOf("memory", "MemoryError");
    }

    /** Their paths are too long to count the files, or to delete them by their paths. */
    @Test
    void filesDeeperThanAnyPath() {
        assertThat(scene.error(scene.order("""
                for _ in range(100):
                    os.mkdir('d' * 100)
                    os.chdir('d' * 100)
                Path('file').write_text('hidden')
                """))).contains("its files cannot be counted", "TEWORKER_TASK_DISK_MB");
    }

    @Test
    void twoHundredMegabytesOfOutput() {
        assertThat(scene.output(scene.order(MisbehavingAlgorithm.FLOODS).withArgument("megabytes", 100)))
                .hasToString("{\"message\":\"floods\"}");
    }

    @Test
    void twoHundredMegabytesOfOutputWithoutALineFeedAndThenAnError() {
        assertThat(scene.error(scene.order("""
                for _ in range(100):
                    os.write(1, b'\\x1b[31m\\x00\\xff' * (1 << 18))
                    os.write(2, b'y' * (1 << 20))
                raise ValueError('after all that')
                """))).contains("ValueError: after all that");
    }

    @Test
    void floodOfTheChannelOfEvents() {
        assertThat(scene.error(scene.order("""
                line = b'{"event": "artifact", "name": "' + b'n' * 400 + b'"}\\n'
                for descriptor in range(3, 64):
                    try:
                        for _ in range(11_000):
                            os.write(descriptor, line)
                    except OSError:
                        pass  # not open, or not for writing
                """))).contains("its result has more than 10000 images");
    }

    @Test
    void lineWithoutEndInTheChannelOfEvents() {
        assertThat(scene.error(scene.order("""
                for descriptor in range(3, 64):
                    try:
                        for _ in range(200):
                            os.write(descriptor, b'x' * (1 << 20))
                    except OSError:
                        pass
                os._exit(0)
                """))).contains("Output zip not generated");
    }

    /** Without a sandbox the case does not attack the worker, since nothing protects it. */
    @Test
    void everyoneAboveItIsKilled() {
        boolean offered = scene.offers(SandboxMode.Shield.NO_SIGNALS);
        String name = name("orphan");

        RunView run = scene.gateway.awaitEnd(
                scene.gateway.startRun(scene.order("""
                        leave_process(self.arguments['marker'], daemon=True)
                        worker = self.arguments['worker']
                        for process in (os.getppid(), *((1, 2, 3, worker) if worker else ())):
                            try:
                                if process != os.getpid():
                                    os.kill(process, signal.SIGKILL)
                            except OSError:
                                pass
                        time.sleep(1)
                        """)
                        .withArgument("marker", name)
                        .withArgument("worker", offered ? scene.workerPid() : 0)),
                Scene.PATIENCE);

        assertThat(run.ends()).hasSize(1);
        if (offered || scene.offers(HostileScene.Limit.PIDS)) { // else a daemon would outlive its supervisor
            await().atMost(Scene.PATIENCE)
                    .until(() -> MisbehavingAlgorithm.processes(name).isEmpty());
        } else {
            MisbehavingAlgorithm.processes(name).forEach(ProcessHandle::destroyForcibly);
        }
    }

    private static String name(String what) {
        return what + "-" + ProcessHandle.current().pid();
    }
}
