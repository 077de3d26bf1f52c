package sg.aiverify.worker.testkit.samples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Small algorithms for tests, most of which misbehave in one way. All need nothing but the test engine, run with any
 * data, model and with or without ground truth, and say {@code {"message": "<cid>"}} where they say anything.
 */
public enum MisbehavingAlgorithm {
    /** Raises an exception. */
    RAISES("raise RuntimeError('this algorithm always fails')"),
    /** Ends the interpreter with exit code 3. */
    EXITS("sys.exit(3)"),
    /** Ends the process with code 0, without a result. */
    EXITS_SILENTLY("os._exit(0)"),
    /** Ends the process with code 7, without clean-up. */
    EXITS_HARD("os._exit(7)"),
    /** Reads address 0. */
    SEGFAULTS("ctypes.string_at(0)"),
    /** Kills itself with SIGKILL, as the kernel does when memory runs out. */
    KILLED("os.kill(os.getpid(), signal.SIGKILL)"),
    /** Ignores SIGTERM and never ends. */
    HANGS("""
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            self.progress(10)
            while True:
                time.sleep(3600)
            """),
    /** Prints {@code megabytes} (default 100) to standard output and as much to standard error. */
    FLOODS("""
            line = 'x' * 65535 + '\\n'
            for _ in range(16 * self.arguments.get('megabytes', 100)):
                sys.stdout.write(line)
                sys.stderr.write(line)
            """),
    /**
     * Leaves a process in a session of its own, by two forks, which holds standard output and error for 600 s. Its
     * command line starts with the argument {@code marker}.
     */
    LEAVES_DAEMON("""
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    os.execvp('sleep', [self.arguments.get('marker', 'left-daemon'), '600'])
                os._exit(0)
            """),
    /** Gives a result that its output schema refuses. */
    INVALID_OUTPUT("self.results = {'wrong': True}"),
    /** Gives None. */
    NO_RESULT("self.results = None"),
    /** Gives NaN and infinity. */
    NAN_RESULT("self.results.update(value=math.nan, other=[math.inf, -math.inf])"),
    /** Gives an object that no JSON can hold. */
    UNWRITABLE_RESULT("self.results['value'] = object()"),
    /** Writes an artifact of {@code megabytes} (default 64), an image by its name only. */
    HUGE_ARTIFACT("""
            OUTPUT.mkdir(exist_ok=True)
            with open(OUTPUT / 'huge.png', 'wb') as file:
                for _ in range(self.arguments.get('megabytes', 64)):
                    file.write(os.urandom(1 << 20))
            self.results['artifact'] = 'huge.png'
            """),
    /** Names images as artifacts: one fine, one with an illegal name, one that is a link to /etc/passwd. */
    ODD_ARTIFACTS("""
            (OUTPUT / 'plots').mkdir(parents=True, exist_ok=True)
            (OUTPUT / 'plots' / 'fine.png').write_text('fine')
            (OUTPUT / 'not fine.png').write_text('not fine')
            os.symlink('/etc/passwd', OUTPUT / 'link.png')
            self.results['artifacts'] = ['plots/fine.png', 'not fine.png', 'link.png']
            """),
    /** Writes results itself, which name the run {@code victim}. */
    FORGES_RESULTS("""
            import json
            forged = {'testRunId': self.arguments.get('victim', ''), 'gid': 'x', 'cid': 'x', 'output': {}}
            (OUTPUT / 'other').mkdir(parents=True, exist_ok=True)
            (OUTPUT / 'results.json').write_text(json.dumps(forged))
            (OUTPUT / 'other' / 'more_results.json').write_text(json.dumps(forged))
            """),
    /** Tells progress 50, 20, 50, 400, -3 and "x". */
    ODD_PROGRESS("""
            for percent in (50, 20, 50, 400, -3, 'x'):
                self.progress(percent)
            """),
    /** Allocates and touches {@code megabytes} (default 4096). */
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
    /** Gives back its arguments under {@code arguments}. */
    ECHOES("""
            plain = (str, int, float, bool, list, dict, type(None))
            self.results['arguments'] = {
                name: value for name, value in self.arguments.items() if type(value) in plain}
            """),
    /** Tells what it sees: variables, working directory, user, process ids, what it can write and reach. */
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

    /** The plug-in of all of them. */
    public static final String GID = "aiverify.test.misbehaving";

    private static final String OUTPUT_SCHEMA = """
            {"type": "object", "required": ["message"], "properties": {"message": {"type": "string"}}}
            """;

    private final String body;

    MisbehavingAlgorithm(String body) {
        this.body = body;
    }

    /**
     * Gives the algorithm's id.
     *
     * @return the cid: the constant's name in lower case
     */
    public String cid() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Writes the algorithm's folder in the documented plug-in layout.
     *
     * @param parent where the folder goes; created if absent
     * @return the folder, named after the cid
     * @throws UncheckedIOException if it cannot be written
     */
    public Path write(Path parent) {
        return write(parent, cid(), body);
    }

    /**
     * Writes an algorithm with a body of one's own.
     *
     * @param parent where the folder goes; created if absent
     * @param cid the algorithm's id: lower-case letters, digits and underscores
     * @param body Python statements; {@code self.arguments}, {@code self.progress} and {@code self.results} are there
     * @return the folder, named after the cid
     * @throws UncheckedIOException if it cannot be written
     */
    public static Path write(Path parent, String cid, String body) {
        if (!cid.matches("[a-z][a-z0-9_]*")) {
            throw new IllegalArgumentException("cid must be lower-case letters, digits and underscores, was " + cid);
        }
        Path folder = parent.resolve(cid);
        String name = "aiverify_test_" + cid;
        try {
            Path inner = Files.createDirectories(folder.resolve(name));
            String indented = body.strip().replace("\n", "\n        ");
            String algorithm = Resource.text("misbehaving/algo.py").replace("# @BODY@", indented);
            Files.writeString(inner.resolve("algo.py"), algorithm.replace("@CID@", cid));
            Files.writeString(inner.resolve("__init__.py"), "");
            Files.writeString(inner.resolve("algo_init.py"), "");
            Files.writeString(inner.resolve("algo.meta.json"), meta(cid));
            Files.writeString(inner.resolve("input.schema.json"), "{\"type\": \"object\"}\n");
            Files.writeString(inner.resolve("output.schema.json"), OUTPUT_SCHEMA);
            Files.writeString(folder.resolve("pyproject.toml"), project(name));
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot write algorithm " + cid + " to " + folder, failed);
        }
        return folder;
    }

    private static String meta(String cid) {
        return """
                {
                  "cid": "%s",
                  "gid": "%s",
                  "name": "%s",
                  "version": "1.0.0",
                  "modelType": ["classification", "regression", "uplift"],
                  "requireGroundTruth": false
                }
                """.formatted(cid, GID, cid);
    }

    private static String project(String name) {
        return """
                [build-system]
                requires = ["hatchling"]
                build-backend = "hatchling.build"

                [project]
                name = "%s"
                version = "1.0.0"
                requires-python = ">=3.10,<3.13"
                dependencies = ["aiverify-test-engine>=2.2.0"]
                """.formatted(name.replace('_', '-'));
    }
}
