package sg.aiverify.worker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.failure.ConfigurationException;

class SettingsTest {
    private static final Setting<Path> PLACE = Setting.path("PLACE", null, "where it is");
    private static final Setting<Integer> COUNT = Setting.integer("COUNT", "3", 1, 9, "how many");

    @ParameterizedTest
    @ValueSource(strings = {"~", "~/data", "~somebody/data", " ~/data"})
    void aPathThatOnlyAShellCouldReadIsRefused(String text) {
        Settings settings = Settings.defaults().over(Map.of("PLACE", text), ".env");

        assertThatThrownBy(() -> settings.find(PLACE))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("PLACE='" + text + "' (.env) is not allowed; allowed: a path that does not start with ~");
    }

    @Test
    void whatIsNullIsNamed() {
        Map<String, String> values = new HashMap<>();
        values.put("PLACE", null);

        assertThatThrownBy(() -> Settings.of(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("values");
        assertThatThrownBy(() -> Settings.of(values))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("PLACE");
    }

    @Test
    void aTildeElsewhereIsPartOfTheName() {
        assertThat(Settings.of(Map.of("PLACE", "./~/a~b")).find(PLACE)).contains(Path.of("./~/a~b"));
    }

    @Test
    void usableSettingsHoldTheDefaultsOfWrongValuesAndAllOthersAsTheyAre() {
        Settings given = Settings.of(Map.of("COUNT", "many", "PLACE", "here", "OTHER", "kept"));

        Settings usable = given.usable(List.of(COUNT, PLACE));

        assertThat(usable.get(COUNT)).isEqualTo(3);
        assertThat(usable.find(PLACE)).contains(Path.of("here"));
        assertThat(usable.names()).containsExactlyInAnyOrder("PLACE", "OTHER");
        assertThat(given.problems(List.of(COUNT, PLACE))).hasSize(1);
    }

    @Test
    void aWholeNumberWithoutAnUpperLimitSaysSoAndTakesAnyGreaterValue() {
        Setting<Integer> size = Setting.integer("SIZE", null, 16, Integer.MAX_VALUE, "MB", "how large");

        assertThat(size.allowed()).isEqualTo("a whole number of MB from 16, no upper limit");
        assertThat(Settings.of(Map.of("SIZE", "99999999999")).find(size)).contains(Integer.MAX_VALUE);
        assertThatThrownBy(() -> Settings.of(Map.of("SIZE", "15")).find(size))
                .hasMessage("SIZE='15' (set in code) is not allowed; allowed: a whole number of MB from 16, no upper"
                        + " limit");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "10", "-1", "99999999999", "1.5", "many"})
    void aWholeNumberOutsideItsLimitsIsRefused(String text) {
        assertThatThrownBy(() -> Settings.of(Map.of("COUNT", text)).find(COUNT))
                .hasMessage("COUNT='" + text + "' (set in code) is not allowed; allowed: a whole number from 1 to 9");
    }

    @Test
    void secondsHaveNoUpperLimit() {
        Setting<Duration> time = Setting.seconds("TIME", "1", "how long");

        assertThat(time.allowed()).isEqualTo("a whole number of seconds from 1, no upper limit");
        assertThat(Settings.of(Map.of("TIME", "99999999999")).get(time))
                .isEqualTo(Duration.ofSeconds(Integer.MAX_VALUE));
    }

    @Test
    void whatTheReferenceShowsIsOptionalAndKeepsTheRest() {
        assertThat(COUNT.group() + COUNT.whenNotSet() + COUNT.details()).isEmpty();

        Setting<String> token = Setting.secret("TOKEN", "what opens the door")
                .inGroup("Doors")
                .whenNotSet("the door is closed")
                .withDetails("Knock first.");

        assertThat(token.group()).isEqualTo("Doors");
        assertThat(token.whenNotSet()).isEqualTo("the door is closed");
        assertThat(token.details()).isEqualTo("Knock first.");
        assertThat(token.isSecret()).isTrue();
        assertThat(token.meaning()).isEqualTo("what opens the door");
    }
}
