package sg.aiverify.worker.app.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.app.doctor.Finding.Severity;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.queue.valkey.internal.QueueOverview;
import sg.aiverify.worker.queue.valkey.internal.ValkeySettings;
import sg.aiverify.worker.testkit.gateway.ValkeyTaskSink;
import sg.aiverify.worker.testkit.valkey.EmbeddedValkey;

/** The check against a real server. */
class QueueCheckTest {
    @Test
    void theServerIsDescribedAndLeftAsItWas() {
        try (EmbeddedValkey valkey = EmbeddedValkey.start();
                ValkeyTaskSink sink = new ValkeyTaskSink(valkey.host(), valkey.port())) {
            QueueCheck check = check(valkey.environment());

            assertThat(check.run().severity()).isEqualTo(Severity.OK);
            assertThat(check.run().observation())
                    .matches("(Valkey|Redis) \\d+\\..*")
                    .contains("no task stream yet");

            sink.add("{}");
            assertThat(check.run().observation())
                    .contains("1 entry in the task stream, 0 in progress, 0 waiting for a retry, 0 workers");
        }
    }

    @Test
    void aMissingOrWrongPasswordFailsAndIsNotShown() {
        try (EmbeddedValkey valkey =
                EmbeddedValkey.builder().password("right-one").start()) {
            Map<String, String> right = new HashMap<>(valkey.environment());
            right.put("VALKEY_PASSWORD", "right-one");
            assertThat(check(right).run().severity()).isEqualTo(Severity.OK);

            Map<String, String> wrong = new HashMap<>(right);
            wrong.put("VALKEY_PASSWORD", "wrong-one");
            Finding finding = check(wrong).run();
            assertThat(finding.severity()).isEqualTo(Severity.FAIL);
            assertThat(finding.observation()).doesNotContain("wrong-one").contains("rejects requests");

            Map<String, String> none = new HashMap<>(right);
            none.remove("VALKEY_PASSWORD");
            assertThat(check(none).run().severity()).isEqualTo(Severity.FAIL);
        }
    }

    @Test
    void aUserWhoMayNotAskForTheVersionIsEnough() {
        try (EmbeddedValkey valkey = EmbeddedValkey.builder()
                .user("worker", "on", ">secret", "~*", "+@all", "-info")
                .start()) {
            Map<String, String> values = new HashMap<>(valkey.environment());
            values.put("VALKEY_USERNAME", "worker");
            values.put("VALKEY_PASSWORD", "secret");

            assertThat(check(values).run().observation()).startsWith("a server of unknown version");
        }
    }

    private static QueueCheck check(Map<String, String> values) {
        ValkeySettings settings = ValkeySettings.from(Settings.of(values));
        return new QueueCheck(settings.address(), () -> QueueOverview.of(settings));
    }
}
