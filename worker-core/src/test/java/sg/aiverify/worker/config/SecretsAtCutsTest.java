package sg.aiverify.worker.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonPrimitive;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sg.aiverify.worker.config.internal.Secrets;
import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.failure.FailureKind;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.python.OutputTail;
import sg.aiverify.worker.python.RunnerEvents;
import sg.aiverify.worker.python.SupervisedProcess;
import sg.aiverify.worker.python.SupervisorOutput;

/** Tests secrets at each place where a text may be cut. */
class SecretsAtCutsTest {
    private static final String PASSWORD = "Hunter2 \"7F3A\"/ÄTr0ub4dor";
    private static final Secrets SECRETS = Secrets.of(
            Settings.of(Map.of("PROXY", "http://user:" + encoded() + "@proxy:1")),
            List.of(Setting.secret("PROXY", "a proxy with its login")));
    private static final int MAX = FailureText.MAX_BYTES;

    @TempDir
    private Path directory;

    private static String encoded() {
        return URLEncoder.encode(PASSWORD, StandardCharsets.UTF_8).replace("+", "%20");
    }

    static Stream<String> forms() {
        String json = new JsonPrimitive(PASSWORD).toString();
        return Stream.of(
                PASSWORD,
                json.substring(1, json.length() - 1),
                encoded(),
                Base64.getEncoder().encodeToString(("user:" + PASSWORD).getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @MethodSource("forms")
    void aMessageIsCutInTheMiddleAfterItsSecretsAreMasked(String form) {
        int head = (MAX - 7) / 4;
        for (int before = head - form.length() - 4; before <= head + 4; before++) {
            assertClean(form, shown(pad(before) + form + pad(3 * MAX)));
        }
        int tail = MAX - 7 - head;
        for (int after = tail - form.length() - 40; after <= tail + 4; after++) {
            assertClean(form, shown(pad(3 * MAX) + form + pad(after)));
        }
    }

    @ParameterizedTest
    @MethodSource("forms")
    void theEndOfAnOutputStartsWithNoPartOfASecret(String form) {
        int length = form.getBytes(StandardCharsets.UTF_8).length;
        for (int after = OutputTail.MAX_BYTES - length; after <= OutputTail.MAX_BYTES; after++) {
            for (String end : List.of("", "\nlast line\n")) {
                OutputTail tail = new OutputTail();
                byte[] bytes = (pad(100) + form + pad(after - end.length()) + end).getBytes(StandardCharsets.UTF_8);
                for (int at = 0; at < bytes.length; at += 1000) {
                    byte[] chunk = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + 1000));
                    tail.add(chunk, chunk.length);
                }
                String all = SECRETS.masked(FailureText.withOutput("It failed", tail.text()));

                assertClean(form, all);
                assertClean(form, shown(FailureText.withOutput("It failed", tail.text())));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("forms")
    void anErrorOfTheRunnerEndsWithNoPartOfASecret(String form) {
        int max = 64 * 1024;
        for (int shown = 1; shown < form.length(); shown += 3) {
            RunnerEvents events = new RunnerEvents(Clock.systemUTC(), percent -> {}, note -> {});
            String cut = pad(max - shown) + form.substring(0, shown);
            events.accept("{\"event\": \"error\", \"text\": " + new JsonPrimitive(cut) + "}");
            String message = "";
            try {
                events.output(directory, new SupervisedProcess.Ending(1, null), "", 1);
            } catch (RuntimeException e) {
                message = e.getMessage();
            }

            assertThat(message).startsWith("Failed to run algorithm: xxx");
            assertClean(form, shown(message));
        }
    }

    @Test
    void aLineThatIsTooLongIsLeftOutAsAWhole() {
        List<String> lines = new ArrayList<>();
        SupervisorOutput output = new SupervisorOutput(lines::add);
        byte[] bytes = ("first\n" + pad(1024 * 1024 - 5) + PASSWORD + "\nlast\n").getBytes(StandardCharsets.UTF_8);
        output.write(bytes, 0, bytes.length);

        assertThat(lines).containsExactly("first", "last");
    }

    @Test
    void aFailureIsNotCutBeforeItIsMasked() {
        String text = pad(MAX) + PASSWORD + pad(MAX);

        assertThat(new Failure(FailureKind.TASK, "task", text).message()).isEqualTo(text);
    }

    private static String shown(String message) {
        return new Failure(FailureKind.TASK, "pipeline_execute", message)
                .masked(SECRETS::masked)
                .text();
    }

    private static void assertClean(String form, String text) {
        for (int i = 0; i + 3 <= form.length(); i++) {
            assertThat(text.contains(form.substring(i, i + 3)))
                    .as("%s of %s in a text of %s characters", form.substring(i, i + 3), form, text.length())
                    .isFalse();
        }
    }

    private static String pad(int length) {
        return "x".repeat(Math.max(0, length));
    }
}
