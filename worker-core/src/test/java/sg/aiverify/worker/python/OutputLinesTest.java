package sg.aiverify.worker.python;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class OutputLinesTest {
    private final List<String> seen = new ArrayList<>();
    private final AtomicLong nanos = new AtomicLong();
    private final OutputLines lines = new OutputLines(seen::add, nanos::get);

    private void add(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        lines.add(bytes, bytes.length);
    }

    @Test
    void eachLineComesOnceItEndsHoweverItArrives() {
        add("one\ntw");
        assertThat(seen).containsExactly("one");
        add("o\r");
        add("\n\nzwei ");
        byte[] letter = "ü".getBytes(StandardCharsets.UTF_8);
        lines.add(letter, 1);
        lines.add(new byte[] {letter[1]}, 1);
        assertThat(seen).containsExactly("one", "two", "");
        lines.end();
        lines.end();
        assertThat(seen).containsExactly("one", "two", "", "zwei ü");
    }

    @Test
    void aBarThatIsDrawnOverAndOverIsALineOnceASecond() {
        add("\r10%\r20%\r30%");
        nanos.addAndGet(Duration.ofMillis(1100).toNanos());
        add("\r40%\r50%\rdone\n");
        assertThat(seen).containsExactly("10%", "30%", "done");
    }

    @Test
    void whatWaitsForTheRestOfItsLineIsGivenAfterASecond() {
        byte[] letter = "ü".getBytes(StandardCharsets.UTF_8);
        add("done\n.");
        lines.flushPending();
        assertThat(seen).containsExactly("done");
        aSecondLater();
        assertThat(seen).containsExactly("done", ".");
        add(".");
        lines.add(letter, 1);
        lines.flushPending();
        aSecondLater();
        assertThat(seen).containsExactly("done", ".", ".");
        aSecondLater();
        lines.add(new byte[] {letter[1]}, 1);
        add("\n\n10%\r");
        assertThat(seen).containsExactly("done", ".", ".", "ü", "");
        aSecondLater();
        aSecondLater();
        add("20%\r");
        aSecondLater();
        add("\n.");
        aSecondLater();
        add("\n");
        lines.end();
        assertThat(seen).containsExactly("done", ".", ".", "ü", "", "10%", "20%", ".");
    }

    private void aSecondLater() {
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        lines.flushPending();
    }

    @Test
    void aLineWithoutEndComesInPiecesThatCutNoLetter() {
        add("x" + "ü".repeat(OutputLines.MAX_BYTES));
        lines.end();
        assertThat(seen).hasSizeGreaterThan(1).allMatch(piece -> piece.length() <= OutputLines.MAX_BYTES);
        assertThat(String.join("", seen).replaceAll("\\[part \\d of the line] ", ""))
                .isEqualTo("x" + "ü".repeat(OutputLines.MAX_BYTES));
    }

    @Test
    void thePiecesOfALineAreNumberedSoThatTheyAreNoRepeats() {
        add("x".repeat(3 * OutputLines.MAX_BYTES) + "\nshort\n" + "y".repeat(OutputLines.MAX_BYTES + 1) + "\rbar\n");
        String full = "x".repeat(OutputLines.MAX_BYTES);
        assertThat(seen)
                .containsExactly(
                        full,
                        "[part 2 of the line] " + full,
                        "[part 3 of the line] " + full,
                        "short",
                        "y".repeat(OutputLines.MAX_BYTES),
                        "[part 2 of the line] y",
                        "bar");
    }
}
