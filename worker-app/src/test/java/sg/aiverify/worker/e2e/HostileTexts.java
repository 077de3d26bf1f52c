package sg.aiverify.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.testkit.gateway.RunOrder;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;

/** Texts that could show half of a secret after a cut, or imitate other log events. */
abstract class HostileTexts {
    private static final String SECRET = HostileScene.SECRET;
    private static final String FORGED = "2026-01-01T00:00:00.000Z ERROR [run-9] Engine: forged";

    private final HostileScene scene;

    HostileTexts(HostileScene scene) {
        this.scene = scene;
    }

    @Test
    void secretWhereAnErrorIsCut() {
        int kept = FailureText.MAX_BYTES - 7;
        int head = kept / 4 - "Failed to run algorithm: RuntimeError: ".length();
        int tail = kept - kept / 4;
        assertClean(
                saying(head - 8, 20_000),
                saying(head - SECRET.length() + 1, 20_000),
                saying(20_000, tail - 8),
                saying(20_000, tail - SECRET.length() + 1));
    }

    @Test
    void secretWhereTheRunnerCutsAnError() {
        int shown = 8 + "RuntimeError: ".length();
        assertClean(saying(64 * 1024 - shown, 20_000), saying(16 * 1024 - shown, 20_000));
    }

    @Test
    void secretWhereTheOutputIsCut() {
        assertClean(secret("""
                import sys
                sys.stderr.write('x' * 1000 + self.arguments['said'] + 'y' * %d)
                sys.stderr.flush()
                os._exit(3)
                """.formatted(64 * 1024 - 8)));
    }

    @Test
    void secretInAValueThatIsTooLongToBeShown() {
        assertClean(tooLong(80), tooLong(280));
    }

    private RunOrder tooLong(int before) {
        return scene.order(scene.gateway.addAlgorithm(TinyAlgorithm.write(
                                scene.directory.resolve("algorithms"), "long_value_" + before)
                        .doing("self.results['v'] = 'x' * %d + self.arguments['said'] + 'y' * 300".formatted(before))
                        .sourceFile("output.schema.json", "{\"properties\": {\"v\": {\"maxLength\": 1}}}")
                        .folder()))
                .withArgument("said", SECRET);
    }

    @Test
    void linesThatLookLikeTheWorkers() {
        scene.assertRefused(Stream.of("\\n", "\\r", "\\r\\n", "\\v", "\\f", "\\x1c", "\\x85", "\\u2028", "\\u2029")
                .map(lineEnd -> scene.refused(
                        scene.order("raise RuntimeError('it failed%s%s')".formatted(lineEnd, FORGED)),
                        "it failed\n" + FORGED))
                .toArray(HostileScene.Refused[]::new));
        scene.error(scene.order("""
                import sys
                for end in '\\n', '\\r', '\\v', '\\f', '\\x85', '\\u2028':
                    sys.stderr.write(end + '%s' + end)
                sys.stderr.flush()
                os._exit(3)
                """.formatted(FORGED)));

        assertThat(scene.workerLog().split("[\n\r\u000b\f\u001c-\u001e\u0085\u2028\u2029]+"))
                .noneMatch(line -> line.startsWith(FORGED))
                .anyMatch(line -> line.matches("    \\| \\[[0-9a-f-]{36}] " + Pattern.quote(FORGED)));
    }

    private RunOrder secret(String body) {
        return scene.order(body).withArgument("said", SECRET);
    }

    /** Prints the secret between so many other characters. */
    private RunOrder saying(int before, int after) {
        return secret("raise RuntimeError('x' * %d + self.arguments['said'] + 'y' * %d)".formatted(before, after));
    }

    private void assertClean(RunOrder... orders) {
        List<String> runs = Stream.of(orders).map(scene.gateway::startRun).toList();
        for (String run : runs) {
            String error = scene.error(run);
            for (int i = 0; i + 5 <= SECRET.length(); i++) {
                assertThat(error).doesNotContain(SECRET.substring(i, i + 5));
            }
        }
        String log = scene.workerLog();
        for (int i = 0; i + 5 <= SECRET.length(); i++) {
            assertThat(log).doesNotContain(SECRET.substring(i, i + 5));
        }
    }
}
