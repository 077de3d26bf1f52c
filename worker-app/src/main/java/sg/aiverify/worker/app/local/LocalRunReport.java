package sg.aiverify.worker.app.local;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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
import sg.aiverify.worker.stage.Stage;

/**
 * How a run on local files ended, for people.
 *
 * @param outcome how the run ended
 * @param duration from its start to its end
 * @param result the result archive; empty unless the run succeeded
 * @param watch has seen the run
 */
public record LocalRunReport(Outcome outcome, Duration duration, Optional<Result> result, LocalWatch watch) {
    private static final int MAX_NAME = 60;
    /** How outputs.py begins the warning of numbers that JSON does not know. */
    private static final String NO_NUMBER = "The output has what is no number in JSON, at ";
    /** What is less is 0.0 s. */
    private static final Duration LEAST_SHOWN = Duration.ofMillis(50);

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
                yield refuse(terminal, "failed " + where(failure.stage()), "\n" + why);
            }
            case NOT_NEEDED, STOPPED -> refuse(terminal, "was stopped", "");
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

    private void figures(Table table, KeyFigures figures) {
        int width = figures.shown().stream()
                .mapToInt(figure -> name(figure).length())
                .max()
                .orElse(0);
        String label = "Figures:";
        for (KeyFigures.Figure figure : figures.shown()) {
            row(table, label, name(figure) + " ".repeat(width - name(figure).length()) + "  " + value(figure));
            label = "";
        }
        if (figures.more() > 0) {
            row(table, "", String.format(Locale.ROOT, "and %,d more in its results.json", figures.more()));
        }
    }

    /** Says of what the algorithm gave as no number what it was, as the warning does that names its place. */
    private String value(KeyFigures.Figure figure) {
        String place = "'" + figure.name() + "' (";
        return watch.warnings().stream()
                .filter(warning -> warning.startsWith(NO_NUMBER) && warning.contains(place))
                .map(warning -> warning.substring(warning.indexOf(place) + place.length()))
                .map(rest -> rest.replaceFirst("(?s)\\).*", ", stored as ") + figure.value())
                .findFirst()
                .orElse(figure.value());
    }

    private static String name(KeyFigures.Figure figure) {
        String name = FailureText.printable(figure.name()).replaceAll("\\s", " ");
        return name.length() <= MAX_NAME ? name : name.substring(0, MAX_NAME - 3) + "...";
    }

    private static void row(Table table, String label, String text) {
        table.row(Table.Cell.of(label), Table.Cell.of(FailureText.printable(text)));
    }

    /** Nothing is downloaded or uploaded here, so these two stages have other names. */
    private static String where(String stage) {
        if (stage.equals(Stage.DOWNLOAD.wireName())) {
            return "while its inputs were read";
        }
        return stage.equals(Stage.UPLOAD.wireName()) ? "while its result was written" : "in the stage " + stage;
    }

    private static String name(Stage stage) {
        return switch (stage) {
            case DOWNLOAD -> "inputs";
            case UPLOAD -> "result";
            case PIPELINE_BUILD, VALIDATE_INPUT, PIPELINE_EXECUTE, PIPELINE_ERROR -> stage.wireName();
        };
    }

    /** All that the time went into, so that the parts add up to the whole. */
    private String stages() {
        Map<Stage, Duration> stages = watch.stages();
        if (stages.isEmpty()) {
            return "";
        }
        Duration rest = stages.values().stream().reduce(duration.minus(watch.start()), Duration::minus);
        List<String> parts = new ArrayList<>(List.of(part("start", watch.start())));
        stages.forEach((stage, took) -> parts.add(part(name(stage), took)));
        if (rest.compareTo(LEAST_SHOWN) >= 0) {
            parts.add(part("other", rest));
        }
        return parts.stream().collect(Collectors.joining(", ", " (", ")"));
    }

    private static String seconds(Duration duration) {
        return seconds(duration, " ");
    }

    /** Gives a part of the whole, which stays on one line. */
    private static String part(String name, Duration took) {
        return name + Table.FIXED_SPACE + seconds(took, Table.FIXED_SPACE);
    }

    private static String seconds(Duration duration, String space) {
        return String.format(Locale.ROOT, "%.1f" + space + "s", duration.toMillis() / 1000.0);
    }
}
