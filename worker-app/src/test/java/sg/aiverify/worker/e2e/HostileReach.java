package sg.aiverify.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.testkit.gateway.RunOrder;
import sg.aiverify.worker.testkit.samples.MisbehavingAlgorithm;

/** Algorithms that try to access other runs' inputs, the worker, its secrets and the network. */
abstract class HostileReach {
    /** Finds the worker: the parent of the process that started this one. */
    private static final String WORKER = """
            def parent(process):
                return int(Path(f'/proc/{process}/stat').read_text().rpartition(')')[2].split()[1])
            def attempt(action):
                try:
                    return action()
                except (OSError, IndexError, ValueError) as refused:
                    return type(refused).__name__
            """;

    private final HostileScene scene;

    HostileReach(HostileScene scene) {
        this.scene = scene;
    }

    @Test
    void dataThatItChangesAreNotWhatTheNextRunReads() {
        keepOthersApart();
        scene.output(scene.order("""
                file = Path(self.arguments['file'])
                for action in (lambda: file.write_text('changed'), lambda: file.with_name('more.csv').write_text('x'),
                               lambda: os.chmod(file, 0o777), lambda: file.write_text('changed again')):
                    try:
                        action()
                    except OSError:
                        pass
                """).withArgument("file", "_dataset_:" + scene.dataset));
        scene.settle(); // whose witness reads the same data
    }

    @Test
    void dataThatItRemovesAreThereForTheNextRun() {
        keepOthersApart();
        scene.output(scene.order("""
                import shutil
                shutil.rmtree(Path(self.arguments['file']).parent, ignore_errors=True)
                """).withArgument("file", "_dataset_:" + scene.dataset));
        scene.settle();
    }

    @Test
    void dataThatItReplacesByALinkAreNotWhatTheNextRunReads() {
        keepOthersApart();
        scene.output(scene.order("""
                file = Path(self.arguments['file'])
                try:
                    file.unlink()
                    file.symlink_to('/etc/passwd')
                except OSError:
                    pass
                """).withArgument("file", "_dataset_:" + scene.dataset));
        scene.settle();
    }

    /** If inputs cannot be read-only, a concurrent run that reads them may see the change, as documented. */
    private void keepOthersApart() {
        if (!scene.mode.has(SandboxMode.Shield.READ_ONLY_INPUTS)) {
            scene.finishWitness();
        }
    }

    @Test
    void dataCannotBeChangedOrAreMadeAnew() {
        boolean offered = scene.offers(SandboxMode.Shield.READ_ONLY_INPUTS);
        scene.finishWitness(); // which reads the same data

        JsonObject output = scene.output(scene.order(WORKER + """
                file = Path(self.arguments['file'])
                self.results['written'] = [attempt(lambda: file.write_text('changed')), attempt(lambda: file.unlink())]
                # Below /tmp the directory is the run's own, which holds the mount point of the file.
                attempt(lambda: file.with_name('more.csv').write_text('x'))
                """).withArgument("file", "_dataset_:" + scene.dataset));

        assertThat(output.getAsJsonArray("written"))
                .allSatisfy(result -> assertThat(result.toString().matches("\"(PermissionError|OSError)\""))
                        .isEqualTo(offered));
        if (offered) {
            assertThat(scene.isCached("more.csv")).isFalse();
        }
        scene.settle(); // whose witness reads them
        scene.finishWitness();
        assertThat(scene.workerLog().contains("was changed after its creation, perhaps by an algorithm"))
                .isNotEqualTo(offered);
    }

    @Test
    void filesOfTheMachineAndOfOtherRunsAreHiddenAndTheLogHoldsNoSecret() {
        boolean offered = scene.offers(SandboxMode.Shield.HIDDEN_FILES);

        JsonObject output = scene.output(scene.order(WORKER + """
                files = ['/etc/shadow', self.arguments['log'], self.arguments['other']]
                self.results['read'] = [attempt(lambda: Path(file).read_text()[:9]) for file in files]
                self.results['told'] = attempt(lambda: 'hunter2' in Path(self.arguments['log']).read_text())
                """)
                .withArgument("log", scene.directory.resolve("worker/err").toString())
                .withArgument("other", scene.fileOfTheWitness().toString()));

        assertThat(output.getAsJsonArray("read"))
                .hasSize(3)
                .anySatisfy(result -> assertThat(result.getAsString().matches("PermissionError|FileNotFoundError"))
                        .isEqualTo(offered));
        if (offered) {
            assertThat(output.getAsJsonArray("read"))
                    .allSatisfy(
                            result -> assertThat(result.getAsString()).matches("PermissionError|FileNotFoundError"));
        } else {
            assertThat(output.get("told")).hasToString("false");
        }
    }

    @Test
    void secretIsNotAmongItsVariables() {
        JsonObject output = scene.output(scene.order(MisbehavingAlgorithm.LOOKS_AROUND));

        assertThat(output.toString()).doesNotContain("hunter2", "VALKEY", "APIGW", "TEWORKER");
    }

    @Test
    void secretOfTheWorkerCannotBeReadFromProcOrIsMaskedInReports() {
        RunOrder order = scene.order(WORKER + """
                found = []
                for process in (name for name in os.listdir('/proc') if name.isdigit()):
                    for file in ('environ', 'mem', 'maps'):
                        try:
                            with open(f'/proc/{process}/{file}', 'rb') as opened:
                                content = opened.read() if file == 'environ' else b''
                                password = content.partition(b'VALKEY_PASSWORD=')[2].partition(b'\\0')[0].decode()
                                if password == self.arguments['secret']:
                                    found.append(password)
                        except OSError:
                            pass
                if found:
                    raise ValueError('found ' + ' and '.join(set(found)))
                """).withArgument("secret", HostileScene.SECRET);

        if (scene.offers(SandboxMode.Shield.HIDDEN_WORKER)) {
            scene.stored(order);
        } else {
            assertThat(scene.error(order)).contains("ValueError: found ***").doesNotContain("hunter2");
            assertThat(scene.workerLog()).doesNotContain("hunter2");
        }
    }

    @Test
    void secretThatItPrintsIsMaskedInTheLogAndInTheError() {
        String error = scene.error(scene.order("""
                secret = self.arguments['secret']
                print('standard output', secret)
                print('in JSON', json.dumps(secret), file=sys.stderr)
                print('in pieces', secret[:8] + '\\x1b[0m\\x00' + secret[8:], file=sys.stderr)
                raise RuntimeError('connect to redis://:' + secret + '@valkey failed')
                """).withArgument("secret", HostileScene.SECRET));

        assertThat(error).contains("standard output ***", "in JSON \"***\"", "in pieces ***", "RuntimeError: connect");
        assertThat(error).doesNotContain("hunter2");
        assertThat(scene.workerLog()).doesNotContain("hunter2");
    }

    @Test
    void errorKeepsNoEscapeSequences() {
        assertThat(scene.error(scene.order("""
                print('\\x1b[31mred\\x1b[0m \\x1b]0;title\\x07 bell\\x07 null\\x00 \\x9b31m back\\b \\u202ethgir')
                raise RuntimeError('\\x1b[2J\\x1b[Hcleared\\r\\nspoofed')
                """)))
                .contains("cleared", "red ", "thgir")
                .doesNotContain("\u001b", "\u202e");
    }

    @Test
    void workerCannotBeSignalled() {
        boolean offered = scene.offers(SandboxMode.Shield.NO_SIGNALS);

        assertThat(scene.output(scene.order(WORKER + """
                self.results['signal'] = attempt(lambda: os.kill(self.arguments['worker'], 0) or 'allowed')
                """).withArgument("worker", scene.workerPid()))
                        .get("signal")
                        .getAsString())
                .matches(offered ? "PermissionError|ProcessLookupError" : "allowed");
    }

    @Test
    void networkIsOutOfReach() throws IOException {
        boolean offered = scene.offers(SandboxMode.Shield.NO_NETWORK);

        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(scene.output(scene.order(MisbehavingAlgorithm.LOOKS_AROUND)
                                    .withArgument("port", server.getLocalPort()))
                            .get("connect")
                            .getAsString()
                            .equals("allowed"))
                    .isNotEqualTo(offered);
        }
    }
}
