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
 * The report about a run on local files, to be read by people.
 *
 * @param outcome the outcome of the run
 * @param duration the time from its start to its end
 * @param result the result archive; empty unless the run succeeded
 * @param watch the watch that observed the run
 */
public record LocalRunReport(Outcome outcome, Duration duration, Optional<Result> result, LocalWatch watch) {
    private static final int MAX_NAME = 60;
    /** The beginning of the warning about numbers that JSON does not support, which outputs.py writes. */
    private static final String NO_NUMBER = "The output contains numbers that JSON does not support, at ";
    /** The shortest time to show. A shorter one would appear as 0.0 s. */
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
     * @param file its path
     * @param bytes its size in bytes
     * @param artifacts the names of the artifacts in it
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
     * @param terminal the terminal
     * @return true if the run succeeded
     * @throws InterruptedException if the thread is interrupted
     */
    public boolean print(Terminal terminal) throws InterruptedException {
        return switch (outcome.kind()) {
            case SUCCEEDED ->
                result.isPresent() ? print(result.get(), terminal) : printError(terminal, "was stopped", "");
            case FAILED -> {
                Failure failure = ((Outcome.Failed) outcome).failure();
                String reason = OptionWords.in(watch.withoutShown(failure.message()));
                yield printError(terminal, "failed " + where(failure.stage()), "\n" + reason);
            }
            case NOT_NEEDED, STOPPED -> printError(terminal, "was stopped", "");
        };
    }

    private boolean printError(Terminal terminal, String end, String reason) {
        watch.warnings().forEach(terminal::warning);
        terminal.error("the run " + end + " after " + seconds(duration) + reason);
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

    /**
     * Returns a figure's value. If JSON does not support the original value, also returns that value from the warning.
     */
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

    /**
     * Returns the part of a message that says where the run failed. Without a gateway, there is no download and no
     * upload.
     */
    private static String where(String stage) {
        if (stage.equals(Stage.DOWNLOAD.wireName())) {
            return "while reading its inputs";
        }
        return stage.equals(Stage.UPLOAD.wireName()) ? "while writing its result" : "in the " + stage + " stage";
    }

    private static String name(Stage stage) {
        return switch (stage) {
            case DOWNLOAD -> "inputs";
            case UPLOAD -> "result";
            case PIPELINE_BUILD, VALIDATE_INPUT, PIPELINE_EXECUTE, PIPELINE_ERROR -> stage.wireName();
        };
    }

    /** Returns the durations of all parts of the run, which add up to the whole duration. */
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

    /** Returns the duration of one part as a text that is never wrapped. */
    private static String part(String name, Duration took) {
        return name + Table.FIXED_SPACE + seconds(took, Table.FIXED_SPACE);
    }

    private static String seconds(Duration duration, String space) {
        return String.format(Locale.ROOT, "%.1f" + space + "s", duration.toMillis() / 1000.0);
    }
}
