package sg.aiverify.worker.app.terminal;

import java.io.PrintStream;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Shows progress: as a bar below all other output on a terminal, as one line for each ten percent in a pipe. While the
 * display is open, all other output to the error stream must use {@link #terminal}. Thread-safe.
 */
public interface ProgressDisplay extends AutoCloseable {
    /**
     * Shows the progress; the display appears with the first call.
     *
     * @param percent the progress, 0 to 100; a value below the last one is ignored
     */
    void update(int percent);

    /**
     * Returns the terminal for all other output while the display is open.
     *
     * @return a terminal whose error stream does not disturb the display
     */
    Terminal terminal();

    /** Closes the display. On a terminal, the progress bar disappears. */
    @Override
    void close();

    /**
     * Opens a display on the terminal's error stream.
     *
     * @param terminal the terminal
     * @param title the title of the bar or of the lines
     * @return the display
     */
    static ProgressDisplay open(Terminal terminal, String title) {
        return terminal.errInteractive() ? new Bar(terminal, title) : new Lines(terminal, title);
    }

    /**
     * Opens a display that shows nothing.
     *
     * @param terminal the terminal for all other output
     * @return the display
     */
    static ProgressDisplay none(Terminal terminal) {
        return new None(terminal);
    }

    /** A display with a bar that is redrawn in place. */
    final class Bar implements ProgressDisplay {
        private static final int WIDTH = 79;
        private static final int REDRAW_MILLIS = 200;

        private final StatusLine line;
        private final Terminal terminal;
        private final String title;
        private @Nullable ProgressBar bar;

        private Bar(Terminal terminal, String title) {
            this.line = new StatusLine(terminal.err());
            this.terminal = new Terminal(terminal.out(), line.above(), terminal.outInteractive(), true);
            this.title = title;
        }

        private ProgressBar drawn() {
            return new ProgressBarBuilder()
                    .setTaskName(title)
                    .setInitialMax(100)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(REDRAW_MILLIS)
                    .continuousUpdate() // else the bar's time would stop while there is no progress
                    .setConsumer(new DelegatingProgressBarConsumer(line::show, WIDTH))
                    .build();
        }

        @Override
        public synchronized void update(int percent) {
            ProgressBar current = bar == null ? drawn() : bar;
            bar = current;
            if (percent > current.getCurrent()) {
                current.stepTo(Math.min(percent, 100));
                current.refresh();
            }
        }

        @Override
        public Terminal terminal() {
            return terminal;
        }

        @Override
        public synchronized void close() {
            line.close(); // closed first, since the bar is drawn again when it is closed
            if (bar != null) {
                bar.close();
            }
        }
    }

    /** A display that prints one line for each step of the progress. */
    final class Lines implements ProgressDisplay {
        private static final int STEP = 10;

        private final Terminal terminal;
        private final PrintStream stream;
        private final String title;
        private int shown;

        private Lines(Terminal terminal, String title) {
            this.terminal = terminal;
            this.stream = terminal.err();
            this.title = title;
        }

        @Override
        public synchronized void update(int percent) {
            int step = Math.min(percent, 100) / STEP * STEP;
            if (step > shown) {
                shown = step;
                stream.println(title + ": " + step + "%");
            }
        }

        @Override
        public Terminal terminal() {
            return terminal;
        }

        @Override
        public void close() {
            stream.flush();
        }
    }

    /**
     * A display that shows nothing.
     *
     * @param terminal the terminal itself
     */
    record None(Terminal terminal) implements ProgressDisplay {
        @Override
        public void update(int percent) {
            // shows nothing
        }

        @Override
        public void close() {
            // nothing to close
        }
    }
}
