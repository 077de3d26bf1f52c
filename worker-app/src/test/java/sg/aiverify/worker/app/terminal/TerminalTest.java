package sg.aiverify.worker.app.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TerminalTest {
    @Test
    void aLongErrorBreaksBetweenWordsOnATerminalAndNotInAPipe() throws InterruptedException {
        CapturedTerminal captured = CapturedTerminal.interactive();
        String text = "a word and another ".repeat(20).strip();
        captured.terminal().error(text);
        int width = captured.terminal().columns();

        List<String> lines =
                captured.err().replaceAll("\u001b\\[[0-9;]*m", "").lines().toList();
        assertThat(lines).hasSizeGreaterThan(1).allMatch(line -> line.length() <= width);
        assertThat(lines.get(0)).startsWith("error: a word").hasSizeGreaterThan(width - "another ".length() - 1);
        assertThat(lines.subList(1, lines.size())).allMatch(line -> line.startsWith("      "));
        assertThat(String.join(" ", lines).replaceAll(" +", " ")).isEqualTo("error: " + text);

        CapturedTerminal pipe = CapturedTerminal.pipe();
        pipe.terminal().warning(text);
        assertThat(pipe.err()).isEqualTo("warning: " + text + "\n");
    }
}
