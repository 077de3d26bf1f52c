package sg.aiverify.worker.app.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;

class ModulesCheckTest {
    @Test
    void modulesThatCanWorkAreNamed() {
        Finding finding = new ModulesCheck(Settings.defaults(), List::of, List.of()).run();

        assertThat(finding.severity()).isEqualTo(Finding.Severity.OK);
        assertThat(finding.observation()).contains("apigw_download", "virtual_env_execute");
    }

    @Test
    void unavailableServicesOfModulesAreReported() {
        Finding finding = new ModulesCheck(
                        Settings.defaults(),
                        () -> List.of("The engine is unavailable", "The cluster is unavailable"),
                        List.of())
                .run();

        assertThat(finding.severity()).isEqualTo(Finding.Severity.FAIL);
        assertThat(finding.observation()).isEqualTo("The engine is unavailable; The cluster is unavailable");
    }

    @Test
    void allProblemsAreReported() {
        Finding finding = new ModulesCheck(
                        Settings.defaults(),
                        () -> {
                            throw new ConfigurationException(
                                    List.of("PIPELINE_UPLOAD=nope: no such module", "X is not set"));
                        },
                        List.of())
                .run();

        assertThat(finding.severity()).isEqualTo(Finding.Severity.FAIL);
        assertThat(finding.observation()).contains("PIPELINE_UPLOAD=nope", "X is not set");
    }

    @Test
    void problemsOfAnotherCheckAreNotRepeated() {
        Finding all = check("Y is missing").run();
        assertThat(all.severity()).isEqualTo(Finding.Severity.WARN);
        assertThat(all.advice()).isEqualTo("see the checks Y, X");

        Finding one = check("Z is missing").run();
        assertThat(one.severity()).isEqualTo(Finding.Severity.FAIL);
        assertThat(one.observation()).isEqualTo("Z is missing\nother problems: see the check X");
    }

    private static ModulesCheck check(String problem) {
        return new ModulesCheck(
                Settings.defaults(),
                () -> {
                    throw new ConfigurationException(List.of(problem, "X is not set"));
                },
                List.of(
                        new ModulesCheck.OtherCheck("X", each -> each.startsWith("X")),
                        new ModulesCheck.OtherCheck("Y", each -> each.startsWith("Y"))));
    }
}
