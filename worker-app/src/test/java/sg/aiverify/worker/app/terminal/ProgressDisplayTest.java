package sg.aiverify.worker.app.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;

class ProgressDisplayTest {
    @Test
    void aPipeGetsOneLineForEachTenPercent() {
        CapturedTerminal captured = CapturedTerminal.pipe();
        try (ProgressDisplay display = ProgressDisplay.open(captured.terminal(), "test")) {
            for (int percent : new int[] {0, 3, 10, 11, 19, 9, 55, 100, 100, 140}) {
                display.update(percent);
            }
        }

        assertThat(captured.err().lines()).containsExactly("test: 10%", "test: 50%", "test: 100%");
    }

    @Test
    void aTerminalGetsABar() {
        CapturedTerminal captured = CapturedTerminal.interactive();
        try (ProgressDisplay display = ProgressDisplay.open(captured.terminal(), "test")) {
            display.update(40);
            display.update(30);
        }

        assertThat(captured.err())
                .contains("test")
                .contains("40%")
                .contains("\r")
                .doesNotContain("30%");
    }

    @Test
    void aLineThatComesInPiecesIsNotBrokenByTheBar() {
        CapturedTerminal captured = CapturedTerminal.interactive();
        try (ProgressDisplay display = ProgressDisplay.open(captured.terminal(), "test")) {
            display.update(40);
            display.terminal().err().print("first ");
            display.update(50);
            display.terminal().err().print("second\n");

            assertThat(captured.err().substring(captured.err().indexOf("first second\n")))
                    .contains("50%");
        }
    }

    @Test
    void theTimeOfABarGoesOnWhileNothingHappens() {
        CapturedTerminal captured = CapturedTerminal.interactive();
        try (ProgressDisplay display = ProgressDisplay.open(captured.terminal(), "test")) {
            display.update(40);
            await().untilAsserted(() -> assertThat(captured.err()).contains("0:00:01"));
        }
    }

    @Test
    void aBarIsNotDrawnBeforeThereIsAnythingToShowNorTwiceAtItsEnd() {
        CapturedTerminal captured = CapturedTerminal.interactive();
        try (ProgressDisplay display = ProgressDisplay.open(captured.terminal(), "test")) {
            display.terminal().err().print("Running\n");
            assertThat(captured.err()).isEqualTo("Running\n");
            display.update(100);
        }

        assertThat(captured.err()).containsOnlyOnce("100%");
    }

    @Test
    void whatIsWrittenMeanwhileStandsAboveTheBarWhichGoesAtTheEnd() {
        CapturedTerminal captured = CapturedTerminal.interactive();
        try (ProgressDisplay display = ProgressDisplay.open(captured.terminal(), "test")) {
            display.update(40);
            display.terminal().err().print("a line\n");
            assertThat(captured.err().substring(captured.err().indexOf("a line\n")))
                    .contains("40%");
        }

        // Each redraw first clears the line, so a line with other text contains no part of the bar.
        for (String line : captured.err().split("\n", -1)) {
            String left = line.substring(line.lastIndexOf("\r\u001b[K") + 1).replace("\u001b[K", "");
            assertThat(left).isIn("a line", "");
        }
        assertThat(captured.err()).contains("a line\n");
    }
}
