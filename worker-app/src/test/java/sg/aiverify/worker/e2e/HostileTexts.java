package sg.aiverify.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.testkit.gateway.RunOrder;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;

/** Texts that show half of a secret where they are cut, or more events than there were. */
abstract class HostileTexts {
    private static final String SECRET = HostileScene.SECRET;
    private static final String FORGED = "2026-01-01T00:00:00.000Z ERROR [run-9] Engine: forged";

    private final HostileScene scene;

    HostileTexts(HostileScene scene) {
        this.scene = scene;
    }

    @Test
    void secretWhereAnErrorIsCut() {
        int head = (FailureText.MAX_BYTES - 7) / 4 - "Failed to run algorithm: RuntimeError: ".length();
        for (int shown : List.of(1, 8, 16, SECRET.length() - 1)) {
            assertClean(secret(
                    "raise RuntimeError('x' * %d + self.arguments['said'] + 'y' * 20_000)".formatted(head - shown)));
        }
        int tail = FailureText.MAX_BYTES - 7 - (FailureText.MAX_BYTES - 7) / 4;
        for (int shown : List.of(1, 8, 16, SECRET.length() - 1)) {
            assertClean(secret(
                    "raise RuntimeError('x' * 20_000 + self.arguments['said'] + 'y' * %d)".formatted(tail - shown)));
        }
    }

    @Test
    void secretWhereTheRunnerCutsAnError() {
        for (int shown : List.of(8, 16)) {
            assertClean(secret("raise RuntimeError('x' * %d + self.arguments['said'] + 'y' * 20_000)"
                    .formatted(64 * 1024 - shown - "RuntimeError: ".length())));
            assertClean(secret("raise RuntimeError('x' * %d + self.arguments['said'] + 'y' * 20_000)"
                    .formatted(16 * 1024 - shown - "RuntimeError: ".length())));
        }
    }

    @Test
    void secretWhereTheOutputIsCut() {
        for (int shown : List.of(8, 16)) {
            assertClean(secret("""
                    import sys
                    sys.stderr.write('x' * 1000 + self.arguments['said'] + 'y' * %d)
                    sys.stderr.flush()
                    os._exit(3)
                    """.formatted(64 * 1024 - shown)));
        }
    }

    @Test
    void secretInAValueThatIsTooLongToBeShown() {
        for (int before : List.of(70, 80, 270, 280)) {
            RunOrder order = scene.order(scene.gateway.addAlgorithm(TinyAlgorithm.write(
                            scene.directory.resolve("algorithms"), "long_value_" + before)
                    .doing("self.results['v'] = 'x' * %d + self.arguments['said'] + 'y' * 300".formatted(before))
                    .sourceFile("output.schema.json", "{\"properties\": {\"v\": {\"maxLength\": 1}}}")
                    .folder()));

            assertClean(order.withArgument("said", SECRET));
        }
    }

    @Test
    void linesThatLookLikeTheWorkers() {
        for (String lineEnd : List.of("\\n", "\\r", "\\r\\n", "\\v", "\\f", "\\x1c", "\\x85", "\\u2028", "\\u2029")) {
            String error = scene.error(scene.order("raise RuntimeError('it failed%s%s')".formatted(lineEnd, FORGED)));

            assertThat(error).contains("it failed\n" + FORGED);
        }
        scene.error(scene.order("""
                import sys
                for end in '\\n', '\\r', '\\v', '\\f', '\\x85', '\\u2028':
                    sys.stderr.write(end + '%s' + end)
                sys.stderr.flush()
                os._exit(3)
                """.formatted(FORGED)));

        assertThat(scene.workerLog().split("[\n\r\u000b\f\u001c-\u001e\u0085\u2028\u2029]+"))
                .noneMatch(line -> line.startsWith(FORGED))
                .anyMatch(line -> line.equals("    | " + FORGED));
    }

    private RunOrder secret(String body) {
        return scene.order(body).withArgument("said", SECRET);
    }

    private void assertClean(RunOrder order) {
        String error = scene.error(order);
        String log = scene.workerLog();
        for (int i = 0; i + 5 <= SECRET.length(); i++) {
            assertThat(error).doesNotContain(SECRET.substring(i, i + 5));
            assertThat(log).doesNotContain(SECRET.substring(i, i + 5));
        }
    }
}
