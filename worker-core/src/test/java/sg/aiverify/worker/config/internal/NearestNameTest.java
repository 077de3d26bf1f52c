package sg.aiverify.worker.config.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestNameTest {
    @Test
    void distanceCountsInsertionsDeletionsAndReplacements() {
        assertThat(NearestName.distance("kitten", "sitting")).isEqualTo(3);
        assertThat(NearestName.distance("", "abc")).isEqualTo(3);
        assertThat(NearestName.distance("abc", "")).isEqualTo(3);
        assertThat(NearestName.distance("same", "same")).isZero();
    }

    @Test
    void theNearestNameIsFoundAndNothingThatIsFar() {
        List<String> known = List.of("TEWORKER_DATA_DIR", "TEWORKER_PLUGIN_DIR");

        assertThat(NearestName.of("TEWORKER_DATADIR", known)).contains("TEWORKER_DATA_DIR");
        assertThat(NearestName.of("TEWORKER_SOMETHING_ELSE", known)).isEmpty();
    }

    @Test
    void aNameThatWasTypedInPartIsNearerThanOneThatLooksAlike() {
        assertThat(NearestName.of("VALKEY_HOST", List.of("VALKEY_PORT", "VALKEY_HOST_ADDRESS")))
                .contains("VALKEY_HOST_ADDRESS");
    }
}
