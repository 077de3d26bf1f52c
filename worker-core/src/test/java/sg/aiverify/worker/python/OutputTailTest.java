package sg.aiverify.worker.python;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
        assertThat(tail.text()).endsWith("line 19999\n").hasSizeLessThan(OutputTail.MAX_BYTES + 5000);
        tail.startIsGone();
        assertThat(tail.text())
                .startsWith("... (earlier output left out)\nline 1")
                .endsWith("line 19999\n")
                .hasSizeLessThan(OutputTail.MAX_BYTES + 100);
    }

    @Test
    void theFirstLinesAreKeptAndThoseLeftOutAreCounted() {
        tail.addLine("CAUSE: licence file missing");
        for (int i = 1; i < 20_000; i++) {
            tail.addLine("line " + i);
        }
        List<String> lines = tail.text().lines().toList();
        String leftOut = lines.stream()
                .filter(line -> line.contains("left out"))
                .findFirst()
                .orElseThrow();

        assertThat(lines).startsWith("CAUSE: licence file missing", "line 1").endsWith("line 19999");
        assertThat(leftOut).isEqualTo(FailureText.leftOut(20_000 - (lines.size() - 1)));
        assertThat(FailureText.withOutput("It failed", tail.text()).lines())
                .startsWith("It failed", "CAUSE: licence file missing", "line 1")
                .contains(leftOut);
    }

    @Test
    void keepsTheSameHoweverTheOutputIsCutIntoPieces() {
        String all =
                IntStream.range(0, 30_000).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining());
        byte[] bytes = all.getBytes(StandardCharsets.UTF_8);
        tail.add(bytes, bytes.length);
        OutputTail pieces = new OutputTail();
        Random random = new Random(1);
        for (int from = 0; from < bytes.length; ) {
            int length = Math.min(bytes.length - from, random.nextInt(20_000));
            pieces.add(Arrays.copyOfRange(bytes, from, from + length), length);
            from += length;
        }

        assertThat(pieces.text()).isEqualTo(tail.text()).startsWith("line 0\n").endsWith("line 29999\n");
    }

    @Test
    void noLineComesTwiceWhereTheStartAndTheEndMeet() {
        StringBuilder all = new StringBuilder();
        for (int i = 0; all.length() <= OutputTail.MAX_BYTES; i++) {
            tail.addLine("line " + i);
            all.append("line ").append(i).append('\n');
        }

        assertThat(tail.text()).isEqualTo(all.toString());
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
