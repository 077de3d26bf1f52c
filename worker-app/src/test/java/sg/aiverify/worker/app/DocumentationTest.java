package sg.aiverify.worker.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import sg.aiverify.worker.app.terminal.CapturedTerminal;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.config.Settings;

/** The documentation says what the code does. */
class DocumentationTest {
    private static final Path DOCS = Path.of("..", "docs");

    @Test
    void everySettingIsDocumentedWithWhatItMayBeAndItsDefaultAndNothingElseIs() throws IOException {
        Collection<Setting<?>> settings =
                new Wiring(Map.of()).settings(Settings.defaults()).all();
        Map<String, String[]> rows = rows(Files.readString(DOCS.resolve("configuration.md")));

        assertThat(rows.keySet())
                .containsExactlyInAnyOrderElementsOf(
                        settings.stream().map(Setting::name).collect(Collectors.toSet()));
        assertThat(settings).allSatisfy(setting -> {
            String[] cells = rows.get(setting.name());
            assertThat(cells[2]).as(setting.name()).isEqualTo(setting.allowed());
            setting.defaultText()
                    .ifPresent(text -> assertThat(cells[3]).as(setting.name()).startsWith("`" + text + "`"));
            assertThat(cells[3].startsWith("none"))
                    .as("%s has no default: %s", setting.name(), cells[3])
                    .isIn(false, setting.defaultText().isEmpty());
        });
    }

    @Test
    void everyCommandAndOptionIsDocumented() throws IOException {
        String operating = Files.readString(DOCS.resolve("operating.md"));
        Surroundings surroundings =
                new Surroundings(CapturedTerminal.pipe().terminal(), Map.of(), DOCS, new Wiring(Map.of()));
        CommandLine commands = new CommandLineApp(surroundings, 0).commands();

        assertThat(commands.getSubcommands()).hasSize(3);
        commands.getSubcommands().forEach((name, command) -> {
            assertThat(operating).contains("`aiverify-worker " + name + "`");
            command.getCommandSpec().options().stream()
                    .filter(option -> !option.usageHelp() && !option.versionHelp())
                    .forEach(option -> assertThat(operating).contains("`" + option.longestName()));
        });
    }

    private static Map<String, String[]> rows(String text) {
        Map<String, String[]> rows = new HashMap<>();
        text.lines().filter(line -> line.startsWith("| `")).forEach(line -> {
            String[] cells = line.substring(2, line.length() - 2).split(" \\| ", -1);
            assertThat(cells).as(line).hasSize(4);
            String name = cells[0].replace("`", "");
            assertThat(rows.put(name, cells)).as("second row of " + name).isNull();
        });
        return rows;
    }
}
