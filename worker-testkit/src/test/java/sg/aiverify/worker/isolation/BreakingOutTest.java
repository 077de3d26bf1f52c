package sg.aiverify.worker.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.testkit.samples.TinyInputs;

/** The result of each attempt to break out is "allowed", or the name of the exception. */
@Tag("slow")
@ParameterizedClass(name = "{0}")
@EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class BreakingOutTest {
    private static final String ATTEMPT = """
            import socket
            def attempt(name, action):
                try:
                    result = action()
                    self.results[name] = 'refused' if result is False else 'allowed'
                except Exception as error:
                    self.results[name] = type(error).__name__
            libc = ctypes.CDLL(None, use_errno=True)
            given = self.arguments
            """;

    @Parameter
    Sandbox sandbox;

    @TempDir
    Path directory;

    IsolatedRuns runs;

    @BeforeEach
    void open() throws InterruptedException {
        runs = IsolatedRuns.open(directory, sandbox, Map.of());
    }

    @AfterEach
    void close() {
        if (runs != null) { // the sandbox works here
            runs.close();
        }
    }

    private Map<String, String> attempts(JsonObject arguments, String lines) throws InterruptedException {
        return results(runs.run(ATTEMPT + lines, arguments));
    }

    private static Map<String, String> results(JsonObject output) {
        Map<String, String> results = new TreeMap<>();
        for (Map.Entry<String, JsonElement> entry : output.entrySet()) {
            if (!entry.getKey().equals("message")) {
                results.put(entry.getKey(), entry.getValue().getAsString());
            }
        }
        return results;
    }

    @Test
    void nothingButTheRunsOwnFilesCanBeRead() throws Exception {
        Path other = Files.createDirectories(directory.resolve("data/run-of-another/python"));
        Files.writeString(other.resolve("request.json"), "secret");
        JsonObject arguments = new JsonObject();
        arguments.addProperty("other", other.resolve("request.json").toString());
        arguments.addProperty("all", directory.resolve("data").toString());
        arguments.addProperty("home", System.getProperty("user.home"));
        arguments.addProperty("worker", ProcessHandle.current().pid());

        Map<String, String> results = attempts(arguments, """
                attempt('another run', lambda: open(given['other']).read())
                attempt('the data directory', lambda: 'run-of-another' in os.listdir(given['all']))
                attempt('the home directory', lambda: '.m2' in os.listdir(given['home']))
                attempt('shadow', lambda: open('/etc/shadow').read())
                attempt('machine id', lambda: open('/etc/machine-id').read())
                attempt('environment of the worker', lambda: open('/proc/%d/environ' % given['worker'], 'rb').read() != b'')
                attempt('environment of the parent', lambda: open('/proc/%d/environ' % os.getppid(), 'rb').read())
                attempt('memory of the parent', lambda: open('/proc/%d/mem' % os.getppid(), 'rb').read(1))
                attempt('root of the parent', lambda: os.listdir('/proc/%d/root/' % os.getppid()))
                attempt('the disk', lambda: [open('/dev/' + name, 'rb') for name in ('sda', 'vda', 'mem', 'kmsg')])
                """);

        assertThat(results)
                .hasSize(10)
                .allSatisfy((what, result) ->
                        assertThat(result).as(what).isIn("refused", "PermissionError", "FileNotFoundError"));
    }

    @Test
    void nothingButTheRunsOwnFilesCanBeChanged() throws Exception {
        JsonObject arguments = new JsonObject();
        Path script = runs.scripts().path("runner.py");
        String before = Files.readString(script);
        Path data = directory.resolve("inputs");
        arguments.addProperty("script", script.toString());
        arguments.addProperty("inputs", data.toString());
        arguments.addProperty("plugin", directory.resolve("tiny").toString());

        Map<String, String> results = attempts(arguments, """
                script = given['script']
                attempt('write', lambda: open(script, 'a').write('x'))
                attempt('cut', lambda: os.truncate(script, 0))
                attempt('remove', lambda: os.remove(script))
                attempt('replace', lambda: os.replace(__file__, script))
                attempt('link', lambda: os.link(script, 'mine'))
                attempt('permissions', lambda: os.chmod(script, 0) or os.stat(script).st_mode & 0o777 == 0)
                attempt('owner', lambda: os.chown(script, os.getuid() + 1, -1))
                attempt('group', lambda: os.chown(script, -1, os.getgid()))
                attempt('times', lambda: os.utime(script, (0, 0)) or os.stat(script).st_mtime == 0)
                attempt('attributes', lambda: os.setxattr(script, 'user.x', b'x'))
                attempt('flags', lambda: __import__('fcntl').ioctl(os.open(script, 0), 0x40086602, b'\\x40' + bytes(7)))
                attempt('inputs', lambda: [open(Path(place, name), 'a') for place, _, names in os.walk(given['inputs'])
                                           for name in names] or False)
                attempt('plugin', lambda: Path(given['plugin'], 'new').touch())
                attempt('library', lambda: open(os.__file__, 'a'))
                attempt('system', lambda: Path('/usr/lib/new').touch())
                attempt('kernel', lambda: open('/proc/sys/kernel/hostname', 'w').write('x'))
                attempt('own', lambda: Path('own').write_text('x'))
                attempt('own temporary', lambda: __import__('tempfile').mkdtemp())
                """);

        assertThat(results.remove("own")).isEqualTo("allowed");
        assertThat(results.remove("own temporary")).isEqualTo("allowed");
        assertThat(results)
                .hasSize(16)
                .allSatisfy((what, result) ->
                        assertThat(result).as(what).isIn("refused", "PermissionError", "OSError", "FileNotFoundError"));
        assertThat(script).hasContent(before.strip()).isWritable();
    }

    @Test
    void nothingOnTheNetworkCanBeReached() throws Exception {
        try (ServerSocket tcp = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                DatagramSocket udp = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            JsonObject arguments = new JsonObject();
            arguments.addProperty("tcp", tcp.getLocalPort());
            arguments.addProperty("udp", udp.getLocalPort());

            Map<String, String> results = attempts(arguments, """
                    attempt('tcp', lambda: socket.create_connection(('127.0.0.1', given['tcp']), timeout=2))
                    attempt('listen', lambda: socket.create_server(('127.0.0.1', 0)))
                    attempt('udp', lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                            .sendto(b'x', ('127.0.0.1', given['udp'])))
                    attempt('udp6', lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM))
                    attempt('raw', lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
                    attempt('netlink', lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))
                    attempt('name', lambda: socket.getaddrinfo('localhost.example', 80))
                    attempt('docker', lambda: socket.socket(socket.AF_UNIX).connect('/run/docker.sock'))
                    """);

            assertThat(results)
                    .hasSize(8)
                    .allSatisfy((what, result) -> assertThat(result).as(what).isNotEqualTo("allowed"));
            tcp.setSoTimeout(1);
            udp.setSoTimeout(1);
            assertThatThrownBy(tcp::accept).isInstanceOf(java.net.SocketTimeoutException.class);
            assertThatThrownBy(() -> udp.receive(new java.net.DatagramPacket(new byte[1], 1)))
                    .isInstanceOf(java.net.SocketTimeoutException.class);
        }
    }

    @Test
    void noOtherProcessCanBeReachedAndNoRightGained() throws Exception {
        Process victim = new ProcessBuilder("sleep", "600").start();
        try {
            JsonObject arguments = new JsonObject();
            arguments.addProperty("victim", victim.pid());
            arguments.addProperty("worker", ProcessHandle.current().pid());

            Map<String, String> results = attempts(arguments, """
                    def call(name, *values):
                        return getattr(libc, name)(*values) == 0
                    attempt('kill', lambda: os.kill(given['victim'], signal.SIGKILL))
                    attempt('signal to the worker', lambda: os.kill(given['worker'], 0))
                    attempt('signal to the first', lambda: os.kill(1, signal.SIGTERM) or Path('/proc/1').exists() and False)
                    attempt('trace', lambda: call('ptrace', 16, given['victim'], 0, 0))
                    attempt('trace the parent', lambda: call('ptrace', 16, os.getppid(), 0, 0))
                    attempt('priority', lambda: os.setpriority(os.PRIO_PROCESS, given['victim'], 19))
                    attempt('priority of all', lambda: os.setpriority(os.PRIO_USER, 0, 19) or given['victim'] and False)
                    attempt('root', lambda: os.getuid() != 0 and os.setuid(0))
                    attempt('limits of another', lambda: __import__('resource').prlimit(given['victim'], 7, (9, 9)))
                    attempt('kernel setting', lambda: os.open('/proc/sys/kernel/core_pattern', os.O_WRONLY))
                    attempt('user', lambda: os.setuid(os.getuid() + 1))
                    attempt('groups', lambda: os.setgroups([0]))
                    attempt('mount', lambda: call('mount', b'tmpfs', b'.', b'tmpfs', 0, None))
                    attempt('unmount', lambda: call('umount2', b'/proc', 2))
                    attempt('user namespace', lambda: call('unshare', 0x10000000))
                    attempt('change root', lambda: os.chroot('.'))
                    attempt('host name', lambda: socket.sethostname('x'))
                    attempt('clock', lambda: time.clock_settime(time.CLOCK_REALTIME, 0))
                    attempt('keys', lambda: libc.syscall(250, 0, -3, 0) >= 0)
                    attempt('bpf', lambda: libc.syscall(321, 0, 0, 0) >= 0)
                    attempt('io_uring', lambda: libc.syscall(425, 8, 0) >= 0)
                    attempt('device', lambda: os.mknod('device', 0o20600, os.makedev(1, 1)))
                    attempt('device without a number', lambda: os.mknod('device', 0o20600, 0))
                    Path('renamed').write_text('')
                    attempt('device in place of a name', lambda: call('renameat2', -100, b'renamed', -100, b'new', 4))
                    attempt('set-user-id', lambda: os.waitstatus_to_exitcode(os.system('su -c true 2>/dev/null')) == 0)
                    status = Path('/proc/self/status').read_text()
                    attempt('capabilities', lambda: 'CapEff:\\t0000000000000000' not in status)
                    attempt('new privileges', lambda: 'NoNewPrivs:\\t1' not in status)
                    """);

            assertThat(results)
                    .hasSize(27)
                    .allSatisfy((what, result) -> assertThat(result).as(what).isNotEqualTo("allowed"));
            assertThat(victim.isAlive()).isTrue();
        } finally {
            victim.destroyForcibly();
        }
    }

    @Test
    void nobodyIsStalledOrWatched() throws Exception {
        JsonObject arguments = new JsonObject();
        arguments.addProperty("script", runs.scripts().path("supervisor.py").toString());

        Map<String, String> results = attempts(arguments, """
                import fcntl
                def control(path, command, value):
                    return fcntl.fcntl(os.open(path, os.O_RDONLY), command, value) == 0
                attempt('lease', lambda: control(given['script'], 1024, fcntl.F_RDLCK))
                attempt('lease to write', lambda: control(given['script'], 1024, fcntl.F_WRLCK))
                attempt('lease on a library', lambda: control(os.__file__, 1024, fcntl.F_RDLCK))
                attempt('lease on the system', lambda: control('/usr/bin/env', 1024, fcntl.F_WRLCK))
                attempt('lease on its own', lambda: control(__file__, 1024, fcntl.F_RDLCK))
                attempt('note of a directory', lambda: control('/usr', 1026, 0xF))
                attempt('signals to others', lambda: control(given['script'], fcntl.F_SETOWN, os.getppid()))
                attempt('inotify', lambda: libc.inotify_init() >= 0)
                attempt('inotify with flags', lambda: libc.inotify_init1(0) >= 0)
                attempt('fanotify', lambda: libc.fanotify_init(0x200, 0) >= 0)
                attempt('sync', lambda: libc.syncfs(os.open('.', os.O_RDONLY)) == 0)
                lock = os.open('own', os.O_CREAT | os.O_RDWR)
                attempt('lock of its own', lambda: fcntl.flock(lock, fcntl.LOCK_EX) is None)
                """);

        assertThat(results.remove("lock of its own")).isEqualTo("allowed");
        assertThat(results)
                .hasSize(11)
                .allSatisfy((what, result) -> assertThat(result).as(what).isIn("refused", "PermissionError"));
    }

    @Test
    void noProgramIsLeftWithTheRightsOfItsUser() throws Exception {
        Map<String, String> results = attempts(new JsonObject(), """
                Path('mine').write_text('x')
                attempt('set-user-id', lambda: os.chmod('mine', 0o4755))
                attempt('set-group-id', lambda: os.chmod('mine', 0o2755))
                attempt('by descriptor', lambda: os.fchmod(os.open('mine', 0), 0o4755))
                attempt('made so', lambda: os.open('other', os.O_CREAT | os.O_WRONLY, 0o4755))
                attempt('made as a node', lambda: os.mknod('node', 0o104755))
                attempt('without a name', lambda: os.open('.', os.O_TMPFILE | os.O_WRONLY, 0o4755))
                attempt('by a later call', lambda: libc.syscall(452, -100, b'mine', 0o4755, 0) == 0)
                attempt('program', lambda: os.chmod('mine', 0o755))
                """);

        assertThat(results.remove("program")).isEqualTo("allowed");
        assertThat(results)
                .hasSize(7)
                .allSatisfy((what, result) -> assertThat(result).as(what).isIn("refused", "PermissionError"));
    }

    /** The files are below a directory that the run may read; only their permissions protect them. */
    @Test
    void whatOnlyRootMayReadIsReadByRootOnly() throws Exception {
        Path secret = Files.writeString(runs.scripts().path("key.pem"), "secret");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        boolean isRoot = "root".equals(System.getProperty("user.name"));
        JsonObject arguments = new JsonObject();
        arguments.addProperty("secret", secret.toString());

        Map<String, String> results = attempts(arguments, """
                attempt('key', lambda: Path(given['secret']).read_text())
                attempt('by root', lambda: os.stat(given['secret']).st_uid == os.getuid())
                for name in ('slabinfo', 'vmallocinfo', 'pagetypeinfo', 'timer_list', 'mtrr'):
                    attempt(name, lambda: Path('/proc', name).read_bytes())
                attempt('groups', lambda: os.getgroups() not in ([], [os.getgid()]))
                """);

        if (isRoot && sandbox != Sandbox.LANDLOCK_ALONE) {
            assertThat(results)
                    .hasSize(8)
                    .allSatisfy((what, result) ->
                            assertThat(result).as(what).isIn("refused", "PermissionError", "FileNotFoundError"));
        } else {
            String missing = String.join("; ", runs.isolation().note().missing());
            assertThat(missing.contains("a separate user for runs")).isEqualTo(isRoot);
            assertThat(runs.isolation().note(Map.of("KEY_FILE", secret)).exposed())
                    .contains("KEY_FILE=" + secret);
        }
    }

    /** Like a run of a user's own model on the user's machine. */
    @Test
    void inputsThatOnlyRootMayReadAreReadAllTheSame() throws Exception {
        Path data = TinyInputs.write(directory.resolve("inputs")).dataset();
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rw-------"));

        assertThat(runs.runWithEngine("self.results['rows'] = len(self.data.get_data())")
                        .get("rows"))
                .hasToString("4");
    }

    @Test
    void whatAlgorithmsAreMadeOfGoesOnWorking() throws InterruptedException {
        Map<String, String> results = results(runs.runWithEngine(ATTEMPT + """
                import multiprocessing, tempfile, getpass, threading
                from multiprocessing import shared_memory
                import joblib, numpy, pandas, scipy.linalg
                from sklearn.ensemble import RandomForestClassifier
                def train():
                    data = numpy.random.default_rng(1).random((60, 4))
                    return RandomForestClassifier(n_jobs=2).fit(data, [0, 1] * 30).predict(data).size == 60
                def share():
                    memory = shared_memory.SharedMemory(create=True, size=100)
                    memory.close()
                    memory.unlink()
                attempt('forest', train)
                attempt('pool', lambda: multiprocessing.get_context('fork').Pool(2).map(abs, [-1]) == [1])
                attempt('spawn', lambda: multiprocessing.get_context('spawn').Pool(1).map(abs, [-1]) == [1])
                attempt('loky', lambda: joblib.Parallel(n_jobs=2)(joblib.delayed(abs)(i) for i in (-1, 2)) == [1, 2])
                attempt('manager', lambda: list(multiprocessing.get_context('fork').Manager().list([1])) == [1])
                attempt('shared memory', share)
                attempt('program', lambda: subprocess.run(['sh', '-c', 'ls /usr >/dev/null'], check=True) is not None)
                attempt('temporary file', lambda: tempfile.NamedTemporaryFile().write(b'x') == 1)
                attempt('/tmp', lambda: Path('/tmp/mine').write_text('x') == 1)
                attempt('random', lambda: len(open('/dev/urandom', 'rb').read(8)) == 8)
                attempt('user', lambda: getpass.getuser() != '')
                attempt('time zone', lambda: pandas.Timestamp.now(tz='Asia/Singapore') is not None)
                attempt('processors', lambda: joblib.cpu_count() >= 1)
                def copy():
                    import shutil, tarfile
                    os.makedirs('from/below', exist_ok=True)
                    Path('from/below/file').write_text('x')
                    shutil.copytree('from', 'copied')
                    shutil.copy2(os.__file__, 'copied/os.py')
                    with tarfile.open('all.tar', 'w') as archive:
                        archive.add('from')
                    with tarfile.open('all.tar') as archive:
                        archive.extractall('extracted')
                    shutil.move('copied', 'moved')
                    shutil.rmtree('moved')
                    return Path('extracted/from/below/file').read_text() == 'x'
                attempt('copy', copy)
                attempt('output by its name', lambda: Path('/dev/stdout').write_text('x') == 1)
                attempt('shared mapping', lambda: __import__('mmap').mmap(-1, 4096).write(b'x') == 1)
                attempt('mapped array', lambda: numpy.memmap('array', mode='w+', shape=9, dtype='f8').sum() == 0)
                attempt('thread', lambda: threading.Thread(target=abs, args=(1,)).start() is None)
                """));

        if (sandbox == Sandbox.LANDLOCK_ALONE) {
            assertThat(results.remove("manager")).isNotEqualTo("allowed");
            assertThat(results.remove("/tmp")).isNotEqualTo("allowed");
        }
        assertThat(results)
                .hasSizeBetween(16, 18)
                .allSatisfy((what, result) -> assertThat(result).as(what).isEqualTo("allowed"));
    }

    @Test
    void anAlgorithmThatTurnsOnItsKeepersHarmsItselfOnly() throws InterruptedException {
        try {
            runs.run("""
                    try:
                        os.kill(os.getppid(), signal.SIGKILL)
                    except OSError:
                        pass
                    """);
        } catch (StageException itself) {
            assertThat(sandbox).isEqualTo(Sandbox.BUBBLEWRAP); // its first process can be killed from inside
        }
        assertThat(runs.run("pass").get("message").getAsString()).isEqualTo("tiny");
    }

    @Test
    void theFirstWordOnIsolationNamesTheSandbox() {
        assertThat(runs.isolation().note().inForce())
                .startsWith("sandbox " + sandbox.word() + " (" + sandbox.meaning());
        assertThat(runs.isolation().sandbox()).isEqualTo(sandbox);
    }
}
