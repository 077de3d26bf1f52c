package sg.aiverify.worker.app.local;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import sg.aiverify.worker.app.terminal.Terminal;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.engine.Outcome;
import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.failure.FailureText;

/**
 * How a run on local files ended, for people.
 *
 * @param outcome the engine's verdict
 * @param duration from its start to its end
 * @param result the result archive; empty unless the run succeeded
 */
public record LocalRunReport(Outcome outcome, Duration duration, Optional<Result> result) {
    public LocalRunReport {
        Objects.requireNonNull(outcome, "outcome");
        Objects.requireNonNull(duration, "duration");
        Objects.requireNonNull(result, "result");
    }

    /**
     * A result archive.
     *
     * @param file where it is
     * @param bytes its size
     * @param artifacts the artifacts in it
     */
    public record Result(Path file, long bytes, List<String> artifacts) {
        public Result {
            Objects.requireNonNull(file, "file");
            artifacts = List.copyOf(artifacts);
        }
    }

    /**
     * Prints the report.
     *
     * @param terminal where to
     * @return true if the run succeeded
     */
    public boolean print(Terminal terminal) {
        return switch (outcome.kind()) {
            case SUCCEEDED ->
                result.map(stored -> print(stored, terminal)).orElseGet(() -> refuse(terminal, "was stopped", ""));
            case FAILED -> {
                Failure failure = ((Outcome.Failed) outcome).failure();
                yield refuse(terminal, "failed in the stage " + failure.stage(), "\n" + failure.message());
            }
            case NOT_WANTED, STOPPED -> refuse(terminal, "was stopped", "");
        };
    }

    private boolean refuse(Terminal terminal, String what, String why) {
        terminal.error("the run " + what + " after " + seconds() + why);
        return false;
    }

    private boolean print(Result stored, Terminal terminal) {
        terminal.out().println("Result:    " + FileNames.shown(stored.file()));
        terminal.out().println("Size:      " + stored.bytes() + " bytes");
        terminal.out().println("Time:      " + seconds());
        terminal.out()
                .println("Artifacts: "
                        + (stored.artifacts().isEmpty()
                                ? "none"
                                : FailureText.asOneEvent(String.join(", ", stored.artifacts()))));
        terminal.out().flush();
        return true;
    }

    private String seconds() {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / (double) TimeUnit.SECONDS.toMillis(1));
    }
}
