package sg.aiverify.worker.testkit.samples;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.apiguardian.api.API;

/**
 * Small algorithms for tests. Most of them misbehave in one way. They need only the test engine, and run with any data
 * and model, with or without ground truth. Their result, if any, is {@code {"message": "<cid>"}}.
 */
@API(status = EXPERIMENTAL, since = "1.0")
public enum MisbehavingAlgorithm {
    /** Raises an exception. */
    RAISES("raise RuntimeError('this algorithm always fails')"),
    /** Ends the interpreter with exit code 3. */
    EXITS("sys.exit(3)"),
    /** Ends the process with code 0, without a result. */
    EXITS_SILENTLY("os._exit(0)"),
    /** Ends the process with code 7, without clean-up. */
    EXITS_HARD("os._exit(7)"),
    /** Reads memory at address 0, which ends the process with SIGSEGV. */
    SEGFAULTS("ctypes.string_at(0)"),
    /** Kills itself with SIGKILL, as the kernel does when memory runs out. */
    KILLED("os.kill(os.getpid(), signal.SIGKILL)"),
    /**
     * Ignores SIGTERM and never ends, like its child process and its daemon. When it reports progress 10, all three
     * have the name in the argument {@code marker}.
     */
    HANGS("""
            marker = self.arguments.get('marker', 'hangs')
            take_name(marker)
            leave_process(marker)
            leave_process(marker, daemon=True)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            print('hanging from here on', flush=True)
            self.progress(10)
            while True:
                time.sleep(3600)
            """),
    /**
     * Prints {@code megabytes} (default 100) to standard output and as much to standard error. Then raises an exception
     * if the argument {@code raises} is true.
     */
    FLOODS("""
            line = 'x' * 65535 + '\\n'
            for _ in range(16 * self.arguments.get('megabytes', 100)):
                sys.stdout.write(line)
                sys.stderr.write(line)
            if self.arguments.get('raises'):
                raise RuntimeError('enough')
            """),
    /** Leaves a daemon with the name {@code marker}, which keeps standard output and error open for 600 s. */
    LEAVES_DAEMON("leave_process(self.arguments.get('marker', 'left-daemon'), daemon=True)"),
    /** Returns a result that does not match its output schema. */
    INVALID_OUTPUT("self.results = {'wrong': True}"),
    /** Returns None. */
    NO_RESULT("self.results = None"),
    /** Returns a result with NaN and infinity. */
    NAN_RESULT("self.results.update(value=math.nan, other=[math.inf, -math.inf])"),
    /** Returns an object that cannot be written as JSON. */
    UNWRITABLE_RESULT("self.results['value'] = object()"),
    /** Writes an artifact of {@code megabytes} (default 64), which has the name of an image but is not one. */
    HUGE_ARTIFACT("""
            OUTPUT.mkdir(exist_ok=True)
            with open(OUTPUT / 'huge.png', 'wb') as file:
                for _ in range(self.arguments.get('megabytes', 64)):
                    file.write(os.urandom(1 << 20))
            self.results['artifact'] = 'huge.png'
            """),
    /**
     * Lists images as artifacts: a valid one, one with an illegal name, a link to /etc/passwd, and two outside the
     * output directory.
     */
    ODD_ARTIFACTS("""
            (OUTPUT / 'plots').mkdir(parents=True, exist_ok=True)
            (OUTPUT / 'plots' / 'fine.png').write_text('fine')
            (OUTPUT / 'not fine.png').write_text('not fine')
            Path('outside.png').write_text('outside')
            os.symlink('/etc/passwd', OUTPUT / 'link.png')
            self.results['artifacts'] = [
                'plots/fine.png', 'not fine.png', 'link.png', 'outside.png', '../outside.png']
            """),
    /** Writes result files for the run {@code victim}. */
    FORGES_RESULTS("""
            forged = {'testRunId': self.arguments.get('victim', ''), 'gid': 'x', 'cid': 'x', 'output': {}}
            (OUTPUT / 'other').mkdir(parents=True, exist_ok=True)
            (OUTPUT / 'results.json').write_text(json.dumps(forged))
            (OUTPUT / 'other' / 'more_results.json').write_text(json.dumps(forged))
            """),
    /** Prints lines that look like the runner's events, and starts other programs that print such lines. */
    FORGES_LINES("""
            forged = '{"event": "progress", "percent": 77}\\n{"event": "error", "text": "forged"}'
            print(forged, flush=True)
            os.write(1, (forged + '\\n').encode())
            subprocess.run(['echo', forged])
            os.system("echo '" + forged + "'")
            """),
    /** Writes events to every open file of the process. They list artifacts that do not belong to the run. */
    FORGES_EVENTS("""
            forged = '\\n{"event": "result", "artifacts": ["../../../../../etc/passwd", "../algo_init.py"]}\\n'
            for descriptor in range(3, 64):
                try:
                    os.write(descriptor, forged.encode())
                except OSError:
                    pass  # not open, or not for writing
            """),
    /** Reports progress that decreases, is out of range, or is not a number. */
    ODD_PROGRESS("""
            for percent in (50, 20, 50, 400, -3, 'x', None, float('nan')):
                self.progress(percent)
            """),
    /** Allocates {@code megabytes} (default 4096) of memory, and writes to all of it. */
    EATS_MEMORY("""
            kept = [bytearray(os.urandom(1 << 20)) for _ in range(self.arguments.get('megabytes', 4096))]
            self.results['megabytes'] = len(kept)
            """),
    /** Sleeps for {@code seconds} (default 1), with progress in ten steps. */
    SLEEPS("""
            for step in range(1, 11):
                time.sleep(self.arguments.get('seconds', 1) / 10)
                self.progress(step * 10)
            """),
    /** Returns its arguments in the field {@code arguments}. */
    ECHOES("""
            plain = (str, int, float, bool, list, dict, type(None))
            self.results['arguments'] = {
                name: value for name, value in self.arguments.items() if type(value) in plain}
            """),
    /**
     * Returns its environment: variables, working directory, user, process id, and whether it can write and connect.
     */
    LOOKS_AROUND("""
            import socket
            def attempt(action):
                try:
                    action()
                    return 'allowed'
                except OSError as refused:
                    return type(refused).__name__
            self.results.update(
                variables=dict(os.environ), directory=os.getcwd(), user=os.getuid(), process=os.getpid(),
                arguments=Path('/proc/self/cmdline').read_bytes().decode(errors='replace').split('\\0'),
                write_home=attempt(lambda: Path.home().joinpath('.looks-around').touch()),
                write_package=attempt(lambda: Path(__file__).with_name('looks-around').touch()),
                write_working=attempt(lambda: Path('looks-around').touch()),
                connect=attempt(lambda: socket.create_connection(
                    ('127.0.0.1', self.arguments.get('port', 9)), timeout=2).close()))
            """);

    private static final String OUTPUT_SCHEMA = """
            {"type": "object", "required": ["message"], "properties": {"message": {"type": "string"}}}
            """;

    private final String body;

    MisbehavingAlgorithm(String body) {
        this.body = body;
    }

    /**
     * Returns the algorithm's id.
     *
     * @return the cid: the constant's name in lower case
     */
    public String cid() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Writes the algorithm's folder in the documented plug-in layout.
     *
     * @param parent the parent directory of the folder; created if it does not exist
     * @return the folder, named after the cid
     * @throws UncheckedIOException if it cannot be written
     */
    public Path write(Path parent) {
        return TinyAlgorithm.write(parent, cid())
                .doing(body)
                .sourceFile("output.schema.json", OUTPUT_SCHEMA)
                .folder();
    }

    /**
     * Lists the processes on this machine that have a given name.
     *
     * @param marker the name, at most 15 characters
     * @return the processes that currently exist
     */
    public static List<ProcessHandle> processes(String marker) {
        return ProcessHandle.allProcesses()
                .filter(process -> marker.equals(name(process)))
                .toList();
    }

    private static String name(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), "comm"))
                    .strip();
        } catch (IOException gone) {
            return "";
        }
    }
}
