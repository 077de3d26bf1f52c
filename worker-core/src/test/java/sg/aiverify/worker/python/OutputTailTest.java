package sg.aiverify.worker.python;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.failure.FailureText;

class OutputTailTest {
    private final OutputTail tail = new OutputTail();

    @Test
    void givesAShortOutputWhole() {
        tail.addLine("one");
        tail.addLine("zwei ü");
        assertThat(tail.text()).isEqualTo("one\nzwei ü\n");
    }

    @Test
    void startsAtAWholeLineWhenTheStartIsGone() {
        for (int i = 0; i < 20_000; i++) {
            tail.addLine("line " + i);
        }
        assertThat(tail.text()).startsWith("line ").endsWith("line 19999\n").hasSizeLessThan(OutputTail.MAX_BYTES);
    }

    @Test
    void keepsTheEndOfAnOverlongLine() {
        byte[] block = ("x".repeat(OutputTail.MAX_BYTES * 2) + "end").getBytes(StandardCharsets.UTF_8);
        tail.add(block, block.length);
        assertThat(FailureText.withoutCutEdges(tail.text()))
                .startsWith("[...]x")
                .hasSize(OutputTail.MAX_BYTES - FailureText.CUT_EDGE + "[...]".length())
                .endsWith("xend");
    }
}
