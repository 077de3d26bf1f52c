package sg.aiverify.worker.app.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;

class ModulesCheckTest {
    @Test
    void modulesThatCanWorkAreNamed() {
        Finding finding = new ModulesCheck(Settings.defaults(), List::of).look();

        assertThat(finding.severity()).isEqualTo(Finding.Severity.OK);
        assertThat(finding.observation()).contains("apigw_download", "virtual_env_execute");
    }

    @Test
    void whatTheModulesCannotReachIsTold() {
        Finding finding =
                new ModulesCheck(Settings.defaults(), () -> List.of("The engine is away", "So is the moon")).look();

        assertThat(finding.severity()).isEqualTo(Finding.Severity.FAIL);
        assertThat(finding.observation()).isEqualTo("The engine is away; So is the moon");
    }

    @Test
    void everythingThatIsWrongIsTold() {
        Finding finding = new ModulesCheck(Settings.defaults(), () -> {
                    throw new ConfigurationException(List.of("PIPELINE_UPLOAD=nope: no such module", "X is not set"));
                })
                .look();

        assertThat(finding.severity()).isEqualTo(Finding.Severity.FAIL);
        assertThat(finding.observation()).contains("PIPELINE_UPLOAD=nope", "X is not set");
    }
}
