package sg.aiverify.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.testkit.gateway.RunOrder;
import sg.aiverify.worker.testkit.machine.Needs;

/** Algorithms that use the kernel to block others, to change attributes of files, and to get root's rights. */
abstract class HostileKernel {
    private static final String ATTEMPT = """
            import fcntl
            libc = ctypes.CDLL(None, use_errno=True)
            file = self.arguments['file']
            def attempt(name, action):
                try:
                    self.results[name] = 'refused' if action() is False else 'allowed'
                except (OSError, ValueError) as error:
                    self.results[name] = type(error).__name__
            def control(path, command, value):
                return fcntl.fcntl(os.open(path, os.O_RDONLY), command, value) == 0
            """;

    private final HostileScene scene;

    HostileKernel(HostileScene scene) {
        this.scene = scene;
    }

    private Map<String, String> attempts(RunOrder order) {
        JsonObject output = scene.output(order);
        Map<String, String> results = new TreeMap<>();
        for (Map.Entry<String, JsonElement> entry : output.entrySet()) {
            if (!entry.getKey().equals("message")) {
                results.put(entry.getKey(), entry.getValue().getAsString());
            }
        }
        return results;
    }

    private RunOrder order(String lines) {
        return scene.order(ATTEMPT + lines).withArgument("file", "_dataset_:" + scene.dataset);
    }

    private static void assertRefused(Map<String, String> results) {
        assertThat(results)
                .isNotEmpty()
                .allSatisfy((what, result) -> assertThat(result)
                        .as(what)
                        .isIn("refused", "PermissionError", "OSError", "FileNotFoundError", "ProcessLookupError"));
    }

    /** Meanwhile the witness opens the same files. */
    @Test
    void leasesForWhichOthersWait() {
        Map<String, String> results = attempts(order("""
                for name, path in (('data', file), ('library', os.__file__), ('system', '/usr/bin/env'),
                                   ('script', sys.argv[0]), ('own', __file__)):
                    attempt(name + ' to read', lambda: control(path, 1024, fcntl.F_RDLCK))
                    attempt(name + ' to write', lambda: control(path, 1024, fcntl.F_WRLCK))
                """));

        if (scene.offers(SandboxMode.Shield.FILTERED_CALLS)) {
            assertThat(results).hasSize(10);
            assertRefused(results);
        }
    }

    @Test
    void notesAndSignalsAboutWhatOthersDo() {
        Map<String, String> results = attempts(order("""
                attempt('directory', lambda: control(os.path.dirname(file), 1026, 0xF))
                attempt('owner', lambda: control(file, fcntl.F_SETOWN, os.getppid()))
                attempt('signal', lambda: control(file, 10, 9))
                attempt('inotify', lambda: libc.inotify_init() >= 0)
                attempt('inotify with flags', lambda: libc.inotify_init1(0) >= 0)
                attempt('fanotify', lambda: libc.fanotify_init(0x200, 0) >= 0)
                """));

        if (scene.offers(SandboxMode.Shield.FILTERED_CALLS)) {
            assertThat(results).hasSize(6);
            assertRefused(results);
        }
    }

    @Test
    void programsWithTheRightsOfTheirUser() {
        Map<String, String> results = attempts(order("""
                Path('mine').write_text('x')
                attempt('program', lambda: os.chmod('mine', 0o4755))
                attempt('group', lambda: os.chmod('mine', 0o2755))
                attempt('made so', lambda: os.open('other', os.O_CREAT | os.O_WRONLY, 0o4755))
                attempt('node', lambda: os.mknod('node', 0o104755))
                attempt('of others', lambda: os.chmod(file, 0o4755))
                """));

        if (scene.offers(SandboxMode.Shield.FILTERED_CALLS)) {
            assertThat(results).hasSize(5);
            assertRefused(results);
        }
    }

    @Test
    void attributesOfWhatItMayOnlyRead() throws IOException {
        Path data = scene.fileOfTheWitness();
        PosixFileAttributes before = Files.readAttributes(data, PosixFileAttributes.class);

        Map<String, String> results = attempts(order("""
                for path in (file, self.arguments['other']):
                    for action in (lambda: os.chmod(path, 0o777), lambda: os.utime(path, (0, 0)),
                                   lambda: os.chown(path, -1, os.getgid())):
                        try:
                            action()
                        except OSError:
                            pass
                    attempt('permissions ' + path[-4:], lambda: os.stat(path).st_mode & 0o777 == 0o777)
                    attempt('times ' + path[-4:], lambda: os.stat(path).st_mtime == 0)
                    attempt('attribute ' + path[-4:], lambda: os.setxattr(path, 'user.x', b'x'))
                attempt('flags', lambda: fcntl.ioctl(os.open(file, 0), 0x40086602, b'\\x40' + bytes(7)))
                """).withArgument("other", data.toString()));

        if (scene.offers(SandboxMode.Shield.FILTERED_CALLS)) {
            assertRefused(results);
            assertThat(Files.readAttributes(data, PosixFileAttributes.class).permissions())
                    .isEqualTo(before.permissions());
            assertThat(Files.getLastModifiedTime(data)).isEqualTo(before.lastModifiedTime());
        }
    }

    @Test
    void priorityOfTheWorkerAndOfAll() {
        Map<String, String> results =
                attempts(order("""
                worker = self.arguments['worker']
                if worker:
                    attempt('worker', lambda: os.setpriority(os.PRIO_PROCESS, worker, 19))
                    attempt('processors', lambda: os.sched_setaffinity(worker, {0}))
                attempt('scheduler', lambda: os.sched_setscheduler(os.getppid(), os.SCHED_IDLE, os.sched_param(0)))
                """).withArgument("worker", scene.mode == SandboxMode.NONE ? 0 : scene.workerPid()));

        if (scene.offers(SandboxMode.Shield.FILTERED_CALLS)) {
            assertThat(results).hasSize(3);
            if (scene.mode == SandboxMode.BUBBLEWRAP) {
                results.remove("scheduler"); // of its own supervisor, in its own namespace
            }
            assertRefused(results);
        }
    }

    /** A directory that every run reads: the worker's Python files. */
    @Test
    void filesThatOnlyRootMayRead() throws IOException {
        String user = System.getProperty("user.name");
        Needs.that("root".equals(user), "root", "this is " + user);
        Path secret = Files.writeString(scene.scripts().resolve("key.pem"), "secret");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));

        Map<String, String> results = attempts(order("""
                attempt('key', lambda: Path(self.arguments['secret']).read_text())
                attempt('slabinfo', lambda: Path('/proc/slabinfo').read_text())
                attempt('vmallocinfo', lambda: Path('/proc/vmallocinfo').read_text())
                """).withArgument("secret", secret.toString()));

        Files.delete(secret);
        if (scene.mode == SandboxMode.LANDLOCK || scene.mode == SandboxMode.BUBBLEWRAP) {
            assertRefused(results);
        } else {
            CaseTable.notOffered();
            assertThat(scene.startLog())
                    .containsAnyOf("a separate user for runs (the kernel treats them as root)", "sandbox none");
        }
    }

    @Test
    void secretFilesInReachAreNamedAtTheStart() {
        boolean isRead = "allowed"
                .equals(attempts(order("attempt('token', lambda: Path(self.arguments['token']).read_text())")
                                .withArgument("token", scene.token().toString()))
                        .get("token"));

        assertThat(scene.startLog().contains("Algorithms can read files that they should not read: "))
                .isEqualTo(isRead)
                .isEqualTo(scene.mode == SandboxMode.NONE);
    }

    @Test
    void codeOfAnotherAlgorithmIsNotChangedOrIsMadeAnew() {
        scene.finishWitness(); // without a sandbox it would see the change, as documented

        scene.output(order("""
                other = Path(self.arguments['other'])
                mine = OUTPUT / 'mine'  # whose mode may change through the link
                mine.write_text('raise SystemExit(3)')
                for action in (lambda: other.write_text('raise SystemExit(3)'), lambda: other.unlink(),
                               lambda: other.with_name('added.py').write_text('x'),
                               lambda: os.symlink(mine, other), lambda: os.chmod(other, 0)):
                    try:
                        action()
                    except OSError:
                        pass
                """).withArgument("other", scene.fileOfTheWitness().toString()));

        scene.settle(); // whose witness runs that code
    }

    @Test
    void outputByItsNameAndItsOwnFilesAreStillItsOwn() {
        assertThat(attempts(order("""
                import shutil, tempfile
                def program():
                    Path('program').write_text('#!/bin/sh\\nexit 0\\n')
                    os.chmod('program', 0o755)
                    return True
                attempt('output', lambda: Path('/dev/stdout').write_text('x'))
                attempt('copy', lambda: shutil.copy2(file, 'copy.csv'))
                os.makedirs('from/below')
                Path('from/below/file').touch()
                attempt('tree', lambda: shutil.copytree('from', 'tree'))
                attempt('program', program)
                attempt('lock', lambda: fcntl.flock(os.open('copy.csv', os.O_RDWR), fcntl.LOCK_EX))
                attempt('temporary', lambda: tempfile.NamedTemporaryFile().write(b'x'))
                shutil.rmtree('tree', ignore_errors=True)
                """)))
                .hasSize(6)
                .allSatisfy((what, result) -> assertThat(result).as(what).isEqualTo("allowed"));
    }
}
