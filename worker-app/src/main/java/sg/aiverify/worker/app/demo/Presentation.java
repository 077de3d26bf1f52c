package sg.aiverify.worker.app.demo;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.LongSupplier;
import sg.aiverify.worker.app.terminal.Style;
import sg.aiverify.worker.app.terminal.Table;
import sg.aiverify.worker.app.terminal.Terminal;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.gateway.RunStatus;

/** Shows the runs of a demonstration until all have ended. Then shows whether each run ended as expected. */
public final class Presentation {
    private static final Duration REDRAW = Duration.ofMillis(200);
    private static final int SUMMARY_WIDTH = 110;
    /** The width at which all columns of the table fit, except for the longest results. */
    private static final int WIDE = 130;

    private final Terminal terminal;
    private final Duration limit;
    private final LongSupplier nanoTime;
    private final Pause pause;

    /** A pause between two updates. */
    @FunctionalInterface
    public interface Pause {
        /**
         * Waits for some time.
         *
         * @param duration the time to wait
         * @throws InterruptedException if the thread is interrupted
         */
        void take(Duration duration) throws InterruptedException;
    }

    /**
     * Creates the presentation.
     *
     * @param terminal the terminal
     * @param limit the time limit for all runs together
     * @param nanoTime returns the time in nanoseconds, as {@link System#nanoTime}
     * @param pause waits between two updates
     */
    public Presentation(Terminal terminal, Duration limit, LongSupplier nanoTime, Pause pause) {
        this.terminal = Objects.requireNonNull(terminal, "terminal");
        this.limit = Objects.requireNonNull(limit, "limit");
        this.nanoTime = Objects.requireNonNull(nanoTime, "nanoTime");
        this.pause = Objects.requireNonNull(pause, "pause");
    }

    /**
     * Shows the runs until all have ended or the time limit has passed.
     *
     * @param runs the runs
     * @return true if every run ended as expected
     * @throws InterruptedException if the thread is interrupted
     */
    public boolean show(List<DemoRun> runs) throws InterruptedException {
        DemoDisplay display = new DemoDisplay(terminal, runs);
        long start = nanoTime.getAsLong();
        display.draw();
        while (runs.stream().anyMatch(run -> run.status() == RunStatus.PENDING)
                && nanoTime.getAsLong() - start < limit.toNanos()) {
            pause.take(REDRAW);
            display.draw();
        }
        return table(runs);
    }

    private boolean table(List<DemoRun> runs) throws InterruptedException {
        Style style = terminal.style();
        int columns = terminal.outInteractive() ? terminal.columns() : Integer.MAX_VALUE;
        boolean isNarrow = columns < WIDE;
        List<String> heads = isNarrow
                ? List.of("run", "status", "seconds", "result")
                : List.of("run", "algorithm", "status", "expected", "seconds", "result");
        Table table = new Table();
        table.row(heads.stream().map(text -> head(text, style)).toArray(Table.Cell[]::new));
        int unexpected = 0;
        for (DemoRun run : runs) {
            RunStatus status = run.status();
            boolean asExpected = status == run.expected();
            unexpected += asExpected ? 0 : 1;
            Table.Cell ended = new Table.Cell(word(status), asExpected ? style::good : style::bad);
            Table.Cell name = Table.Cell.of(run.name());
            Table.Cell seconds = Table.Cell.of(
                    String.format(Locale.ROOT, "%.2f", run.duration().toMillis() / 1000.0));
            Table.Cell result = Table.Cell.of(
                    shortened(run.summary(), terminal.outInteractive() ? SUMMARY_WIDTH : Integer.MAX_VALUE));
            if (isNarrow) {
                table.row(name, ended, seconds, result);
            } else {
                Table.Cell algorithm = Table.Cell.of(run.algorithm());
                table.row(name, algorithm, ended, Table.Cell.of(word(run.expected())), seconds, result);
            }
        }
        terminal.out().println();
        table.lines(isNarrow ? columns : Integer.MAX_VALUE).forEach(terminal.out()::println);
        terminal.out().println();
        terminal.out()
                .println(
                        unexpected == 0
                                ? "All " + runs.size() + " runs ended as expected."
                                : unexpected + " of " + runs.size() + " runs did not end as expected.");
        terminal.out().flush();
        return unexpected == 0;
    }

    private static Table.Cell head(String text, Style style) {
        return new Table.Cell(text, style::faint);
    }

    private static String word(RunStatus status) {
        return status.name().toLowerCase(Locale.ROOT);
    }

    private static String shortened(String summary, int width) {
        String line = FailureText.printable(summary).lines().findFirst().orElse("");
        return line.length() <= width ? line : line.substring(0, width - 3) + "...";
    }
}
