package sg.aiverify.worker.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.failure.ConfigurationException;

class StartTextsTest {
    /** Returns the text as Java decodes it in the locale of the tests. */
    private static String seen(String text) {
        return new String(
                text.getBytes(StandardCharsets.UTF_8), Charset.forName(System.getProperty("sun.jnu.encoding")));
    }

    private static List<byte[]> process(String content) {
        return StartTexts.split(content.replace('|', '\0').getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void theLastTextsOfTheProcessAreItsArguments() {
        String[] arguments = StartTexts.arguments(
                new String[] {"run-once", seen("--args={\"title\":\"Größe\"}"), ""},
                process("java|-jar|wörker.jar|run-once|--args={\"title\":\"Größe\"}||"));

        assertThat(arguments).containsExactly("run-once", "--args={\"title\":\"Größe\"}", "");
    }

    @Test
    void anArgumentThatIsNotUtf8IsRefused() {
        String[] latin1 = {new String(new byte[] {'g', (byte) 0xF6}, StandardCharsets.UTF_8)};
        List<byte[]> process = StartTexts.split(new byte[] {'g', (byte) 0xF6, 0});

        assertThatThrownBy(() -> StartTexts.arguments(latin1, process))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("cannot be decoded; use UTF-8");
    }

    @Test
    void anArgumentThatTheProcessDoesNotHaveIsRefused() {
        assertThatThrownBy(() -> StartTexts.arguments(new String[] {"ö"}, process("java|other|")))
                .isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(() -> StartTexts.arguments(new String[] {"ö"}, List.of()))
                .isInstanceOf(ConfigurationException.class);
    }

    @Test
    void variablesAreThoseThatTheProcessWasStartedWith() {
        assertThat(StartTexts.variables(
                        Map.of("A", seen("Größe=1"), "B", "plain", "C", "added later, ö"),
                        process("A=Größe=1|B=plain|D=ö|odd|")))
                .isEqualTo(Map.of("A", "Größe=1", "B", "plain", "C", "added later, ö"));
    }
}
