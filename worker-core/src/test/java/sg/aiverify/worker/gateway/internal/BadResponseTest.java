package sg.aiverify.worker.gateway.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BadResponseTest {
    @ParameterizedTest
    @CsvSource({
        "400, false, false",
        "404, false, false",
        "408, true, false",
        "422, false, false",
        "425, true, false",
        "429, true, false",
        "500, true, false",
        "502, true, true",
        "503, true, true",
        "504, true, true",
        "507, true, false",
    })
    void distinguishesTransientErrorsFromLastingOnesAndFromAnUnavailableGateway(
            int code, boolean isTransient, boolean isUnavailable) {
        BadResponse response = new BadResponse(code, "Reason", "");

        assertThat(response.isTransient()).isEqualTo(isTransient);
        assertThat(response.isUnavailable()).isEqualTo(isUnavailable);
        assertThat(response).hasMessage("HTTP Error: " + code + " - Reason");
    }

    @Test
    void onlyAFourHundredThatSaysSoMeansThatTheRunIsOver() {
        assertThat(new BadResponse(400, "x", "Test run status is not pending").isNotPending())
                .isTrue();
        assertThat(new BadResponse(400, "x", "bad id").isNotPending()).isFalse();
        assertThat(new BadResponse(500, "x", "not pending").isNotPending()).isFalse();
        assertThat(new BadResponse(400, "x", "bad id")).hasMessage("HTTP Error: 400 - x (bad id)");
    }
}
