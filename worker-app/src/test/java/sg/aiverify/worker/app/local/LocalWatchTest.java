package sg.aiverify.worker.app.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.app.terminal.CapturedTerminal;
import sg.aiverify.worker.app.terminal.ProgressDisplay;
import sg.aiverify.worker.listener.StageEnd;
import sg.aiverify.worker.run.RunNote;
import sg.aiverify.worker.stage.Stage;

class LocalWatchTest {
    private final CapturedTerminal captured = CapturedTerminal.pipe();

    private LocalWatch watch(boolean quiet) {
        return new LocalWatch(ProgressDisplay.none(captured.terminal()), quiet, text -> text.replace("secret", "***"));
    }

    @Test
    void whatTheAlgorithmWritesIsMarkedAndHoldsNeitherControlCharactersNorSecrets() {
        LocalWatch watch = watch(false);
        watch.noted("id", RunNote.step("Building an environment with numpy"));
        watch.noted("id", RunNote.output("error: \u001b[31mred\u001b[0m secret\u0007\u2028forged"));

        assertThat(captured.err()).isEqualTo("Building an environment with numpy\n| error: red ***\n| forged\n");
        assertThat(captured.out()).isEmpty();
    }

    @Test
    void aQuietOneShowsNothingButKeepsWarningsOnce() {
        LocalWatch watch = watch(true);
        watch.note("Running");
        watch.noted("id", RunNote.step("Building"));
        watch.noted("id", RunNote.output("hello"));
        watch.noted("id", RunNote.warning("odd secret"));
        watch.noted("id", RunNote.warning("odd secret"));

        assertThat(captured.err()).isEmpty();
        assertThat(watch.warnings()).containsExactly("odd ***");
        assertThat(watch.withoutShown("it failed\nhello")).isEqualTo("it failed\nhello");
    }

    @Test
    void whatTheRunnerWarnsOfIsNoLineOfTheAlgorithmAndCountsAsShown() {
        LocalWatch watch = watch(false);
        watch.noted("id", RunNote.output("WARNING worker: odd data"));
        watch.noted("id", RunNote.warning("odd data"));

        assertThat(captured.err()).isEmpty();
        assertThat(watch.warnings()).containsExactly("odd data");
        assertThat(watch.withoutShown("it failed\nWARNING worker: odd data")).isEqualTo("it failed");
    }

    @Test
    void repeatedLinesAreCounted() {
        LocalWatch watch = watch(false);
        String warning = "algo.py:45: UserWarning: odd\n  warnings.warn('odd')\n";
        Stream.of("begins\n", warning.repeat(200), "tick\n".repeat(3), "\n", "ends\n".repeat(5))
                .flatMap(text ->
                        Stream.of(text.split("\n", -1)).limit(text.lines().count()))
                .forEach(line -> watch.noted("id", RunNote.output(line)));
        watch.stageEnded("id", Stage.PIPELINE_EXECUTE, StageEnd.FAILED, Duration.ZERO);

        assertThat(captured.err())
                .isEqualTo(("begins\n" + warning.repeat(2) + "... (the same 2 lines 198 more times)\n"
                                + "tick\n".repeat(3) + "\nends\nends\n... (the same line 3 more times)\n")
                        .replaceAll("(?m)^(?!\\z)", "| "));
        assertThat(watch.withoutShown("it failed\nbegins\n" + warning + "... (the same 2 lines 199 more times)\n"
                        + "tick\n... (the same line 2 more times)\nends\n... (the same line 4 more times)"))
                .isEqualTo("it failed");
    }

    @Test
    void theFirstLinesOfALongOutputCountAsShownToo() {
        LocalWatch watch = watch(false);
        for (int i = 0; i < 100; i++) {
            watch.noted("id", RunNote.output("line " + i));
        }

        assertThat(watch.withoutShown("it failed\nline 0\nline 1\n... (96 lines left out)\nline 98\nline 99"))
                .isEqualTo("it failed");
    }

    @Test
    void aFailureLeavesOutTheOutputThatWasShown() {
        LocalWatch watch = watch(false);
        watch.noted("id", RunNote.output("one"));
        watch.noted("id", RunNote.output("90%"));
        watch.noted("id", RunNote.output("  last"));

        assertThat(watch.withoutShown("it failed\nfor two reasons\none\n10%\n90%\n\n  last"))
                .isEqualTo("it failed\nfor two reasons");
        assertThat(watch.withoutShown("it failed\none\nsomething else")).isEqualTo("it failed\none\nsomething else");
        assertThat(watch.withoutShown("last")).isEqualTo("last");
    }
}
