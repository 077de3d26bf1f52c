package sg.aiverify.worker.app.terminal;

import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** How far something is: a bar on a terminal, a line for each ten percent in a pipe. Thread-safe. */
public interface ProgressDisplay extends AutoCloseable {
    /**
     * Shows how far it is.
     *
     * @param percent 0 to 100; a value below the last one is ignored
     */
    void update(int percent);

    /** Ends the display. */
    @Override
    void close();

    /**
     * Opens a display on the terminal's error stream.
     *
     * @param terminal where to
     * @param title what is going on, in a few words
     * @return the display, open until it is closed
     */
    static ProgressDisplay open(Terminal terminal, String title) {
        return terminal.errInteractive() ? new Bar(terminal.err(), title) : new Lines(terminal.err(), title);
    }

    /** A bar that is drawn over and over. */
    final class Bar implements ProgressDisplay {
        private static final int WIDTH = 79;
        private static final int REDRAW_MILLIS = 200;

        private final ProgressBar bar;

        private Bar(PrintStream stream, String title) {
            bar = new ProgressBarBuilder()
                    .setTaskName(title)
                    .setInitialMax(100)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(REDRAW_MILLIS)
                    .setConsumer(new ConsoleProgressBarConsumer(stream, WIDTH))
                    .build();
        }

        @Override
        public synchronized void update(int percent) {
            if (percent > bar.getCurrent()) {
                bar.stepTo(Math.min(percent, 100));
            }
        }

        @Override
        public void close() {
            bar.close();
        }
    }

    /** A line now and then. */
    final class Lines implements ProgressDisplay {
        private static final int STEP = 10;

        private final PrintStream stream;
        private final String title;
        private int shown;

        private Lines(PrintStream stream, String title) {
            this.stream = stream;
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
        public void close() {
            stream.flush();
        }
    }
}
