package sg.aiverify.worker.app.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void columnsAreAlignedAndNoLineEndsInASpace() {
        Table table = new Table()
                .row(Table.Cell.of("a"), Table.Cell.of("bcd"), Table.Cell.of("e"))
                .row(Table.Cell.of("long"), Table.Cell.of("f"), Table.Cell.of(""));

        assertThat(table.lines(Integer.MAX_VALUE)).containsExactly("a     bcd  e", "long  f");
    }

    @Test
    void furtherLinesOfACellStandBelowIt() {
        Table table = new Table()
                .row(Table.Cell.of("warn"), Table.Cell.of("seen\nadvice"))
                .row(Table.Cell.of("ok"), Table.Cell.of("fine"));

        assertThat(table.lines(Integer.MAX_VALUE)).containsExactly("warn  seen", "      advice", "ok    fine");
    }

    @Test
    void coloursDoNotMoveTheNextColumn() {
        Table table = new Table()
                .row(new Table.Cell("ok", Style.COLOURED::good), Table.Cell.of("x"))
                .row(Table.Cell.of("FAIL"), Table.Cell.of("y"));

        assertThat(table.lines(Integer.MAX_VALUE)).containsExactly("\u001b[32mok\u001b[0m    x", "FAIL  y");
    }

    @Test
    void theLastColumnIsBrokenBetweenWords() {
        Table table = new Table()
                .row(
                        Table.Cell.of("warn"),
                        Table.Cell.of("Disk"),
                        Table.Cell.of("one two three four five six\n-> do this and then that"))
                .row(
                        Table.Cell.of("ok"),
                        Table.Cell.of("Data"),
                        Table.Cell.of("/a/path/that/is/longer/than/the/window is writable"));

        assertThat(table.lines(33))
                .containsExactly(
                        "warn  Disk  one two three four",
                        "            five six",
                        "            -> do this and then",
                        "               that",
                        "ok    Data  /a/path/that/is/longer/than/the/window",
                        "            is writable");
        assertThat(table.lines(20)).hasSize(3);
    }

    @Test
    void aFixedSpaceIsASpaceAtWhichNoLineIsBroken() {
        Table table = new Table()
                .row(
                        Table.Cell.of("Time:"),
                        Table.Cell.of("2.3 s (start 0.1 s, other 0.3 s)"
                                .replaceAll("(?<! s[,)]?) (?!\\()", Table.FIXED_SPACE)));

        assertThat(table.lines(29)).containsExactly("Time:  2.3 s (start 0.1 s,", "       other 0.3 s)");
        assertThat(table.lines(Integer.MAX_VALUE)).containsExactly("Time:  2.3 s (start 0.1 s, other 0.3 s)");
    }

    @Test
    void aCommandStaysOnOneLine() {
        Table table = new Table()
                .row(Table.Cell.of("warn"), Table.Cell.of("seen\n-> do:\n   python3 -m pip install --upgrade uv"));

        assertThat(table.lines(30))
                .containsExactly("warn  seen", "      -> do:", "         python3 -m pip install --upgrade uv");
    }
}
