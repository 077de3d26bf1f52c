package sg.aiverify.worker.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.config.Setting;

/** docs/configuration.md lists the settings as the code defines them. */
class ConfigurationPageTest {
    private static final Path PAGE = Path.of("../docs/configuration.md");
    private static final String WRITE = "docs.write";

    private final Collection<Setting<?>> settings = ConfigurationPage.settings();

    @Test
    void thePageIsCurrent() throws IOException {
        String page = Files.readString(PAGE);
        String current = ConfigurationPage.current(page, settings);
        if (System.getProperty(WRITE) != null) {
            Files.writeString(PAGE, current);
        } else {
            String[] expected = current.split("\n", -1);
            int at = Arrays.mismatch(page.split("\n", -1), expected);
            String line = at < 0 || at >= expected.length ? "the end of the page" : expected[at];
            assertThat(at)
                    .as(
                            "docs/configuration.md is not current; line %d should be: %s%nWrite it with: %s%s",
                            at + 1, line, "mvn -q test -pl worker-app -am -D", WRITE)
                    .isEqualTo(-1);
        }
    }

    @Test
    void everySettingHasOnePlaceInAGroupOfThePage() throws IOException {
        assertThat(settings).hasSizeGreaterThan(80);
        assertThat(settings).extracting(Setting::name).doesNotHaveDuplicates();
        assertThat(ConfigurationPage.groups(Files.readString(PAGE)))
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(
                        new HashSet<>(settings.stream().map(Setting::group).toList()));
    }

    @Test
    void whatATableSaysOfASettingIsShort() {
        assertThat(settings).allSatisfy(setting -> {
            assertThat(setting.meaning().split(" "))
                    .as("%s: %s", setting, setting.meaning())
                    .hasSizeLessThanOrEqualTo(12);
            assertThat(setting.meaning() + setting.allowed())
                    .as(setting.name())
                    .doesNotContain(Integer.toString(Integer.MAX_VALUE), "|", ".md");
            assertThat(setting.whenNotSet().isEmpty() || setting.defaultText().isEmpty())
                    .as("%s has either a default or words for none", setting)
                    .isTrue();
        });
    }
}
