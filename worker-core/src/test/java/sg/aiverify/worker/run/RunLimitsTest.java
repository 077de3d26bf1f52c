package sg.aiverify.worker.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;

class RunLimitsTest {
    @Test
    void nothingButTheNumberOfProcessesIsLimitedByDefault() {
        RunLimits limits = RunLimits.from(Settings.defaults());

        assertThat(limits.memoryMegabytes()).isEmpty();
        assertThat(limits.cpus()).isEmpty();
        assertThat(limits.pids()).isEqualTo(512);
    }

    @Test
    void allThatIsReadIsListedAndHolds() {
        RunLimits limits = RunLimits.from(Settings.of(
                Map.of("TEWORKER_TASK_MEMORY_MB", "256", "TEWORKER_TASK_CPUS", "0.5", "TEWORKER_TASK_PIDS", "64")));

        assertThat(limits.memoryMegabytes().orElseThrow()).isEqualTo(256);
        assertThat(limits.cpus().orElseThrow()).isEqualTo(0.5);
        assertThat(limits.pids()).isEqualTo(64);
        assertThat(RunLimits.settings())
                .extracting(setting -> setting.name())
                .containsExactly("TEWORKER_TASK_MEMORY_MB", "TEWORKER_TASK_CPUS", "TEWORKER_TASK_PIDS");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0.009", "1025", "NaN", "many"})
    void processorsOutOfRangeAreRefused(String cpus) {
        assertThatThrownBy(() -> RunLimits.from(Settings.of(Map.of("TEWORKER_TASK_CPUS", cpus))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("a number from 0.01 to 1024");
    }
}
