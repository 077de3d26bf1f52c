package sg.aiverify.worker.app.local;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import sg.aiverify.worker.app.terminal.Table;
import sg.aiverify.worker.app.terminal.Terminal;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.engine.Outcome;
import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.pipeline.Stage;

/**
 * How a run on local files ended, for people.
 *
 * @param outcome the engine's verdict
 * @param duration from its start to its end
 * @param result the result archive; empty unless the run succeeded
 * @param watch has seen the run
 */
public record LocalRunReport(Outcome outcome, Duration duration, Optional<Result> result, LocalWatch watch) {
    private static final int MAX_NAME = 60;

    public LocalRunReport {
        Objects.requireNonNull(outcome, "outcome");
        Objects.requireNonNull(duration, "duration");
        Objects.requireNonNull(result, "result");
        Objects.requireNonNull(watch, "watch");
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
     * @throws InterruptedException if the thread is interrupted
     */
    public boolean print(Terminal terminal) throws InterruptedException {
        return switch (outcome.kind()) {
            case SUCCEEDED -> result.isPresent() ? print(result.get(), terminal) : refuse(terminal, "was stopped", "");
            case FAILED -> {
                Failure failure = ((Outcome.Failed) outcome).failure();
                String why = OptionWords.in(watch.withoutShown(failure.message()));
                yield refuse(terminal, "failed in the stage " + failure.stage(), "\n" + why);
            }
            case NOT_WANTED, STOPPED -> refuse(terminal, "was stopped", "");
        };
    }

    private boolean refuse(Terminal terminal, String what, String why) {
        watch.warnings().forEach(terminal::warning);
        terminal.error("the run " + what + " after " + seconds(duration) + why);
        return false;
    }

    private boolean print(Result stored, Terminal terminal) throws InterruptedException {
        Table table = new Table();
        row(table, "Result:", FileNames.shown(stored.file()));
        row(table, "Size:", String.format(Locale.ROOT, "%,d bytes", stored.bytes()));
        row(table, "Artifacts:", stored.artifacts().isEmpty() ? "none" : String.join(", ", stored.artifacts()));
        figures(table, ResultFile.keyFigures(stored.file()));
        String label = "Warnings:";
        for (String warning : watch.warnings()) {
            row(table, label, "- " + warning.replace("\n", "\n  "));
            label = "";
        }
        row(table, "Time:", seconds(duration) + stages());
        table.lines(terminal.columns()).forEach(terminal.out()::println);
        terminal.out().flush();
        return true;
    }

    private static void figures(Table table, KeyFigures figures) {
        int width = figures.shown().stream()
                .mapToInt(figure -> name(figure).length())
                .max()
                .orElse(0);
        String label = "Figures:";
        for (KeyFigures.Figure figure : figures.shown()) {
            row(table, label, name(figure) + " ".repeat(width - name(figure).length()) + "  " + figure.value());
            label = "";
        }
        if (figures.more() > 0) {
            row(table, "", String.format(Locale.ROOT, "and %,d more in its results.json", figures.more()));
        }
    }

    private static String name(KeyFigures.Figure figure) {
        String name = FailureText.printable(figure.name()).replaceAll("\\s", " ");
        return name.length() <= MAX_NAME ? name : name.substring(0, MAX_NAME - 3) + "...";
    }

    private static void row(Table table, String label, String text) {
        table.row(Table.Cell.of(label), Table.Cell.of(FailureText.printable(text)));
    }

    private String stages() {
        Map<Stage, Duration> stages = watch.stages();
        return stages.isEmpty()
                ? ""
                : stages.entrySet().stream()
                        .map(stage -> stage.getKey().wireName() + " " + seconds(stage.getValue()))
                        .collect(Collectors.joining(", ", " (", ")"));
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }
}
