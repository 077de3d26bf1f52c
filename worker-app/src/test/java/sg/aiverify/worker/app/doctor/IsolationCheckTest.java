package sg.aiverify.worker.app.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.stage.IsolationNote;

class IsolationCheckTest {
    private static Finding look(String... missing) {
        return new IsolationCheck(() -> Optional.of(new IsolationNote("sandbox landlock", List.of(missing), List.of())))
                .run();
    }

    @Test
    void theIsolationInForceIsReported() {
        assertThat(look()).isEqualTo(Finding.ok("sandbox landlock"));
    }

    @Test
    void whatIsNotInForceIsAWarning() {
        Finding finding = look("TEWORKER_TASK_PIDS: no control group", "bubblewrap: not on the PATH");

        assertThat(finding.severity()).isEqualTo(Finding.Severity.WARN);
        assertThat(finding.observation())
                .isEqualTo(
                        "sandbox landlock; not in force: TEWORKER_TASK_PIDS: no control group; bubblewrap: not on the"
                                + " PATH");
    }

    @Test
    void whatAlgorithmsCanReadAndShouldNotIsAWarning() {
        Finding finding = new IsolationCheck(() -> Optional.of(
                        new IsolationNote("sandbox landlock", List.of(), List.of("VALKEY_PASSWORD_FILE=/usr/key"))))
                .run();

        assertThat(finding.severity()).isEqualTo(Finding.Severity.WARN);
        assertThat(finding.observation())
                .isEqualTo("sandbox landlock; algorithms can read: VALKEY_PASSWORD_FILE=/usr/key");
        assertThat(finding.advice()).contains("docs/isolation.md");
    }

    @Test
    void modulesWithoutANoteAreNoProblem() {
        assertThat(new IsolationCheck(Optional::empty).run().severity()).isEqualTo(Finding.Severity.OK);
    }

    @Test
    void modulesThatCannotBeMadeAreLeftToTheirOwnCheck() {
        Finding finding = new IsolationCheck(() -> {
                    throw new ConfigurationException("nothing works");
                })
                .run();

        assertThat(finding.severity()).isEqualTo(Finding.Severity.WARN);
        assertThat(finding.advice()).isEqualTo("see the check Modules");
    }
}
