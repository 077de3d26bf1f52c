package sg.aiverify.worker.app.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FoldedOutputTest {
    private final List<String> shown = new ArrayList<>();
    private final AtomicLong nanos = new AtomicLong();
    private final FoldedOutput output = new FoldedOutput(shown::add, nanos::get);

    private void add(String lines) {
        lines.chars().forEach(line -> output.add(Character.toString(line)));
    }

    @Test
    void whatComesTheThirdTimeIsCounted() {
        add("aaaaab");
        assertThat(shown).containsExactly("a", "a", "... (the same line 3 more times)", "b");
    }

    @Test
    void theStartOfABlockThatDoesNotRepeatIsShown() {
        add("aabaabaabaac");
        output.end();
        assertThat(shown)
                .containsExactly("a", "a", "b", "a", "a", "b", "... (the same 3 lines 1 more time)", "a", "a", "c");
    }

    @Test
    void whatDiffersIsShownAtOnce() {
        add("abcabdabc");
        assertThat(String.join("", shown)).isEqualTo("abcabdabc");
    }

    @Test
    void whatRepeatsSlowlyIsCountedAsItComes() {
        add("aaa");
        assertThat(shown).containsExactly("a", "a");
        nanos.addAndGet(Duration.ofSeconds(5).toNanos());
        add("aa");
        assertThat(shown).containsExactly("a", "a", "... (the same line 2 more times)");
        output.end();
        output.end();
        assertThat(shown).containsExactly("a", "a", "... (the same line 2 more times)", "a");
    }
}
