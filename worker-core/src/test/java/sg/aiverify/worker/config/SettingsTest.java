package sg.aiverify.worker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
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
                .hasMessage("PLACE='" + text + "' (.env) is not allowed; allowed: a path, with the home directory"
                        + " written out, not as ~");
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
}
