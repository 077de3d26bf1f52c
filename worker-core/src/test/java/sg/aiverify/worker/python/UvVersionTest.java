package sg.aiverify.worker.python;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UvVersionTest {
    @ParameterizedTest
    @ValueSource(strings = {"uv 0.11.15", "uv 0.11.16 (abc 2026-05-20)", "uv 0.12.0 (x86_64)\n", "uv 1.0.0"})
    void allowsTheFirstThatIsSafeAndLaterOnes(String line) {
        assertThat(UvVersion.isAllowed(line)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"uv 0.11.14", "uv 0.9.30 (abc)", "uv 0.2.99", "", "uv", "uv 0.12", "pip 26.3.0", "uv 0.11.150x"})
    void refusesOlderOnesAndWhatIsNoVersion(String line) {
        assertThat(UvVersion.isAllowed(line)).isFalse();
    }
}
