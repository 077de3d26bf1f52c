package sg.aiverify.worker.app.terminal;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.FailureText;

/**
 * The output streams of the command line.
 *
 * @param out the stream for the result of a command
 * @param err the stream for log lines, progress and errors
 * @param outInteractive whether {@code out} is a terminal, so that it may have colours
 * @param errInteractive whether {@code err} is a terminal
 */
public record Terminal(PrintStream out, PrintStream err, boolean outInteractive, boolean errInteractive) {
    private static final int USUAL_COLUMNS = 80;
    private static final int INDENT = 6;

    public Terminal {
        Objects.requireNonNull(out, "out");
        Objects.requireNonNull(err, "err");
    }

    /**
     * Returns the streams of this process. They have no colours if {@code NO_COLOR} or {@code TERM=dumb} is set.
     *
     * @param environment the environment variables of the process
     * @return the terminal
     */
    public static Terminal ofProcess(Map<String, String> environment) {
        boolean plain = !environment.getOrDefault("NO_COLOR", "").isEmpty()
                || "dumb".equals(environment.getOrDefault("TERM", "dumb"));
        return new Terminal(
                stream(System.out, FileDescriptor.out),
                stream(System.err, FileDescriptor.err),
                !plain && isTerminal(1),
                !plain && isTerminal(2));
    }

    /** Returns a stream in UTF-8 if the locale supports only ASCII, since systemd and container logs expect UTF-8. */
    private static PrintStream stream(PrintStream ofLocale, FileDescriptor descriptor) {
        return FileNames.hasAsciiOnly()
                ? new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8)
                : ofLocale;
    }

    /**
     * Returns the width of the window.
     *
     * @return the width in characters; {@link Integer#MAX_VALUE} if neither stream is a terminal
     * @throws InterruptedException if the thread is interrupted
     */
    public int columns() throws InterruptedException {
        if (!outInteractive && !errInteractive) {
            return Integer.MAX_VALUE;
        }
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(Path.of("/dev/tty").toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String size = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
            int columns = stty.waitFor() == 0 && size.matches("\\d{1,5} \\d{1,5}")
                    ? Integer.parseInt(size.substring(size.indexOf(' ') + 1))
                    : 0;
            return columns > 0 ? columns : USUAL_COLUMNS;
        } catch (IOException e) {
            return USUAL_COLUMNS;
        }
    }

    /**
     * Returns the style for {@code out}.
     *
     * @return with or without colours
     */
    public Style style() {
        return outInteractive ? Style.COLOURED : Style.PLAIN;
    }

    /**
     * Prints an error on {@code err}.
     *
     * @param text the error; lines after the first are indented and marked, since they may be untrusted
     */
    public void error(String text) {
        Style style = errInteractive ? Style.COLOURED : Style.PLAIN;
        print("error:", style::bad, text);
    }

    /**
     * Prints a warning on {@code err}.
     *
     * @param text the warning; lines after the first are indented and marked
     */
    public void warning(String text) {
        Style style = errInteractive ? Style.COLOURED : Style.PLAIN;
        print("warning:", style::warning, text);
    }

    /**
     * Prints a note on {@code err}, wrapped between words on a terminal.
     *
     * @param text the note; lines after the first are indented and marked
     */
    public void note(String text) {
        err.print(wrapped(FailureText.asOneEvent(text), 2) + "\n");
    }

    private void print(String word, UnaryOperator<String> paint, String text) {
        String event = wrapped(word + " " + FailureText.asOneEvent(text), INDENT);
        err.println(paint.apply(word) + event.substring(word.length()));
    }

    private String wrapped(String event, int indent) {
        int width = errInteractive ? columnsAnyway() : Integer.MAX_VALUE;
        return event.lines()
                .flatMap(line -> Paragraph.wrapped(line, width, indent).stream())
                .collect(Collectors.joining("\n"));
    }

    /**
     * Returns the width of the window, even if the thread is interrupted.
     *
     * @return the width as in {@link #columns}, or the usual width if the thread is interrupted
     */
    public int columnsAnyway() {
        try {
            return columns();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return USUAL_COLUMNS;
        }
    }

    // System.console() checks standard input and output only together. Since JDK 22, it checks neither of them.
    private static boolean isTerminal(int descriptor) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }
}
