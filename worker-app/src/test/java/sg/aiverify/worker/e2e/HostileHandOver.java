package sg.aiverify.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.testkit.gateway.RunOrder;
import sg.aiverify.worker.testkit.gateway.StoredResult;

/** Untrusted outputs: links to files of others in place of the run's files, and very many files. */
abstract class HostileHandOver {
    /** Reports artifacts in place of the runner, and exits before the runner can. */
    private static final String HAND_OVER = """
            import socket
            work, secret = Path.cwd().parent, Path(self.arguments['secret'])
            def hand_over(*names):
                (work / 'result.json').write_text('{"handed": "over"}')
                lines = [json.dumps({'event': 'artifact', 'name': name}) for name in names]
                for descriptor in range(3, 64):
                    content = '\\n'.join(['', *lines, '{"event": "result"}', '']).encode()
                    try:
                        while content:  # who is stopped meanwhile, to be counted, has written a part only
                            content = content[os.write(descriptor, content):]
                    except OSError:
                        pass  # not open, or not for writing
                os._exit(0)
            """;

    private final HostileScene scene;
    private final Path secret;

    HostileHandOver(HostileScene scene) {
        this.scene = scene;
        this.secret = scene.directory.resolve("secret");
    }

    /** A directory that the worker can read and delete, but not a run in a sandbox. */
    @BeforeEach
    void makeSecret() {
        try {
            Files.writeString(
                    Files.createDirectories(secret.resolve("output/plots")).resolve("a.png"), "secret");
            Files.writeString(secret.resolve("output/a.png"), "secret");
            Files.writeString(secret.resolve("a.png"), "secret");
            Path worker = Files.createDirectories(scene.directory.resolve("worker/output")); // below its work directory
            Files.writeString(worker.resolve("a.png"), "secret");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private RunOrder order(String body) {
        return scene.order(HAND_OVER + body).withArgument("secret", secret.toString());
    }

    private void assertNothingTaken(String body) {
        StoredResult stored = scene.stored(order(body));

        assertThat(stored.output()).hasToString("{\"handed\":\"over\"}");
        assertThat(stored.artifacts()).isEmpty();
        assertThat(secret.resolve("output/plots/a.png")).hasContent("secret");
    }

    @Test
    void linkInPlaceOfTheDirectoryAboveTheOutput() {
        assertNothingTaken("""
                os.rename(work / 'algorithm', work / 'moved')
                os.symlink(secret, work / 'algorithm')
                hand_over('a.png', 'plots/a.png')
                """);
    }

    @Test
    void linkThroughTheWorkersOwnProcessInPlaceOfTheDirectoryAboveTheOutput() {
        assertNothingTaken("""
                os.rename(work / 'algorithm', work / 'moved')
                os.symlink('/proc/self/root' + str(secret), work / 'algorithm')
                hand_over('a.png', 'plots/a.png')
                """);
    }

    @Test
    void linksToLinksInPlaceOfTheOutputAndOfADirectoryInIt() {
        assertNothingTaken("""
                os.symlink(secret / 'output', work / 'first')
                os.symlink('first', work / 'second')
                (OUTPUT / 'real').mkdir(parents=True)
                os.symlink('../../../second/plots', OUTPUT / 'real' / 'plots')
                os.symlink('../../second', OUTPUT / 'all')
                hand_over('real/plots/a.png', 'all/a.png', 'all/plots/a.png')
                """);
    }

    /** A working directory of another process: the worker's. A concurrent run's could be reached in the same way. */
    @Test
    void linkToWhereAnotherProcessWorks() {
        assertNothingTaken("""
                os.rename(work / 'algorithm', work / 'moved')
                os.symlink('/proc/self/cwd', work / 'algorithm')
                hand_over('a.png')
                """);
    }

    /** Without a sandbox the link can be created. */
    @Test
    void hardLinkToAFileOfAnother() {
        assertNothingTaken("""
                OUTPUT.mkdir(exist_ok=True)
                try:
                    os.link(secret / 'a.png', OUTPUT / 'a.png')
                except OSError:
                    pass
                hand_over('a.png')
                """);
    }

    @Test
    void pipesAndSocketsInPlaceOfFilesAndDirectories() {
        assertNothingTaken("""
                OUTPUT.mkdir(exist_ok=True)
                os.mkfifo(OUTPUT / 'pipe.png')
                os.mkfifo(OUTPUT / 'plots')
                os.chdir(OUTPUT)
                socket.socket(socket.AF_UNIX).bind('socket.png')
                hand_over('pipe.png', 'plots/a.png', 'socket.png')
                """);
    }

    @Test
    void pipeWhereNothingMayBeMoved() {
        assertThat(scene.error(order("""
                os.mkfifo(work / 'result.json')
                os.chmod(work, 0o555)
                for descriptor in range(3, 64):
                    try:
                        os.write(descriptor, b'\\n{"event": "result"}\\n')
                    except OSError:
                        pass
                os._exit(0)
                """))).contains("removed its result");
    }

    @Test
    void pipeInPlaceOfTheDirectoryAboveTheOutput() {
        assertNothingTaken("""
                os.rename(work / 'algorithm', work / 'moved')
                os.mkfifo(work / 'algorithm')
                hand_over('a.png', 'plots/a.png')
                """);
    }

    /** Without a sandbox it continues to run while the worker takes and deletes files. */
    @Test
    void processThatStaysAndReplacesTheDirectoryAboveTheOutputAgainAndAgain() {
        assertNothingTaken("""
                if os.fork() == 0:
                    os.setsid()
                    if os.fork() == 0:
                        take_name(self.arguments['marker'])
                        os.closerange(0, 64)
                        end = time.time() + 20
                        while time.time() < end:
                            try:
                                os.rename(work / 'algorithm', work / 'moved')
                                os.symlink(secret, work / 'algorithm')
                                os.unlink(work / 'algorithm')
                                os.rename(work / 'moved', work / 'algorithm')
                            except OSError:
                                if not work.exists():
                                    break
                    os._exit(0)
                time.sleep(0.2)
                hand_over('a.png', 'plots/a.png')
                """.replace(
                "self.arguments['marker']", "'swaps-" + ProcessHandle.current().pid() + "'"));
        assertThat(secret.resolve("a.png")).hasContent("secret");
    }

    @Test
    void linksThatAreLeftAreNotFollowedWhereTheRunIsRemoved() {
        scene.stored(order("""
                os.symlink(secret, work / 'link')
                os.symlink(secret / 'output', OUTPUT.parent / 'more')
                """));
        scene.settle();

        assertThat(secret.resolve("a.png")).hasContent("secret");
        assertThat(secret.resolve("output/plots/a.png")).hasContent("secret");
    }

    private void assertTooManyFiles(String body, String reason) {
        String allocate = "most = %d << 20\ndef allocate(file):\n    os.posix_fallocate(file, 0, most * 2 // 3)\n"
                .formatted(HostileScene.DISK_MB);
        assertThat(scene.error(scene.order(allocate + body))).contains(reason, "TEWORKER_TASK_DISK_MB");
    }

    private static final String EXCEEDS = "its files took more than " + HostileScene.DISK_MB + " MiB";

    @Test
    void directoryThatIsMovedOutOfTheWayOfWhoCounts() {
        assertTooManyFiles("""
                os.makedirs('a/big')
                os.mkdir('b')
                for name in '12':
                    allocate(os.open('a/big/' + name, os.O_CREAT | os.O_RDWR))
                begin = time.time()
                here, there = 'ab'
                while time.time() < begin + 300:
                    os.rename(here + '/big', there + '/big')
                    here, there = there, here
                """, EXCEEDS);
    }

    @Test
    void filesThatNoDirectoryNames() {
        assertTooManyFiles("""
                files = []
                for name in '12':
                    files.append(os.open(name, os.O_CREAT | os.O_RDWR))
                    os.unlink(name)
                    allocate(files[-1])
                time.sleep(300)
                """, EXCEEDS);
    }

    @Test
    void filesThatWereNeverNamed() {
        assertTooManyFiles("""
                files = [os.open('.', os.O_TMPFILE | os.O_RDWR) for _ in range(2)]
                for file in files:
                    allocate(file)
                time.sleep(300)
                """, EXCEEDS);
    }

    @Test
    void filesOnTheirWayThroughASocket() {
        assertTooManyFiles("""
                import array, socket
                ends = socket.socketpair()
                for name in '12':
                    file = os.open(name, os.O_CREAT | os.O_RDWR)
                    os.unlink(name)
                    ends[0].sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [file]))])
                    allocate(file)
                    os.close(file)
                time.sleep(300)
                """, "its files");
    }

    @Test
    void filesThatGrowAndShrinkInTurn() {
        assertTooManyFiles("""
                files = [os.open(name, os.O_CREAT | os.O_RDWR) for name in 'abcd']
                begin = time.time()
                while time.time() < begin + 300:
                    for one, other in ((0, 2), (2, 0), (1, 3), (3, 1)):
                        allocate(files[one])
                        allocate(files[other])
                        os.ftruncate(files[one - 1], 0)
                """, EXCEEDS);
    }
}
