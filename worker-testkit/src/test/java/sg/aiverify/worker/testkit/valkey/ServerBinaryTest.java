package sg.aiverify.worker.testkit.valkey;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerBinaryTest {
    @ParameterizedTest
    @CsvSource({
        "6.2.11, true",
        "7.2.4, true",
        "8.0.1, true",
        "255.255.255, true",
        "6.0.16, false",
        "5.0.7, false",
        "unstable, false"
    })
    void takesServersThatKnowAllCommandsOfTheQueue(String version, boolean isTaken) {
        assertThat(ServerBinary.isNewEnough(version)).isEqualTo(isTaken);
    }
}
