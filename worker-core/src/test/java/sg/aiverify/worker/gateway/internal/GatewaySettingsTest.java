package sg.aiverify.worker.gateway.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.run.internal.Backoff;

class GatewaySettingsTest {
    @Test
    void without_a_setting_the_gateway_is_on_this_machine() {
        assertThat(GatewaySettings.of(Settings.defaults()).url()).hasToString("http://127.0.0.1:4000");
    }

    @ParameterizedTest
    @CsvSource({
        "http://gw:4000/, http://gw:4000",
        "https://gw//, https://gw",
        "http://gw/api/, http://gw/api",
        "HTTP://[::1]:80, HTTP://[::1]:80"
    })
    void slashes_at_the_end_are_dropped(String text, String url) {
        assertThat(settings(text).url()).hasToString(url);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gw:4000",
                "ftp://gw",
                "http://",
                "http:///x",
                "http://gw?x=1",
                "http://gw#x",
                "http://u:p@gw",
                "http://gw:99999",
                "not a url"
            })
    void anything_but_a_web_address_is_refused(String text) {
        assertThatThrownBy(() -> settings(text))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("APIGW_URL", "allowed: an http or https URL");
    }

    private static GatewaySettings settings(String text) {
        return GatewaySettings.of(Settings.of(Map.of("APIGW_URL", text)));
    }

    @Test
    void pauses_double_up_to_the_longest_until_the_total_is_reached() {
        RetrySchedule schedule = RetrySchedule.until(
                Duration.ofSeconds(12),
                new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(4)),
                new Random(1),
                Waiting.AS_PLANNED);
        assertThat(schedule.pauses()).extracting(Duration::toSeconds).containsExactly(1L, 2L, 4L, 4L, 4L);
        for (int i = 0; i < 100; i++) {
            assertThat(schedule.pauseAfter(3)).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(6));
        }
        assertThat(schedule.isExhaustedAfter(5)).isFalse();
        assertThat(schedule.isExhaustedAfter(6)).isTrue();
    }

    @Test
    void pauses_last_as_long_as_the_client_was_configured() {
        RetrySchedule schedule = GatewayTiming.standard((reason, planned) -> {
                    assertThat(reason).isEqualTo(Waiting.Reason.RETRY);
                    assertThat(planned).isBetween(Duration.ofMillis(100), Duration.ofMillis(300));
                    return Duration.ofNanos(7);
                })
                .retries();

        assertThat(schedule.pauseAfter(1)).isEqualTo(Duration.ofNanos(7));
    }

    @Test
    void a_run_that_is_not_committed_is_waited_for_half_a_minute() {
        assertThat(GatewayTiming.standard(Waiting.AS_PLANNED).uncommitted().pauses().stream()
                        .reduce(Duration.ZERO, Duration::plus))
                .isGreaterThanOrEqualTo(Duration.ofSeconds(30));
    }
}
