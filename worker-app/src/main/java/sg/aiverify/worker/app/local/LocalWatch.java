package sg.aiverify.worker.app.local;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import sg.aiverify.worker.app.terminal.ProgressDisplay;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.listener.RunListener;
import sg.aiverify.worker.listener.StageEnd;
import sg.aiverify.worker.run.RunNote;
import sg.aiverify.worker.stage.Stage;

/** Shows a run in progress, and keeps the data for the report about the run. Thread-safe. */
public final class LocalWatch implements RunListener {
    private static final String MARK = "| ";
    /**
     * The beginning of a warning that the runner writes to the output. The watch hides it, since the report shows it.
     */
    private static final String OF_WORKER = "WARNING worker: ";

    private static final int MAX_WARNINGS = 50;

    private final ProgressDisplay display;
    private final boolean quiet;
    private final UnaryOperator<String> masking;
    private final List<String> warnings = new ArrayList<>();
    private final Map<Stage, Duration> stages = new EnumMap<>(Stage.class);
    private Duration start = Duration.ZERO;
    private final FoldedOutput output;
    /** The last lines of the output, each only once, so that repeated lines do not displace earlier ones. */
    private final Set<String> lastLines = new LinkedHashSet<>();

    private final Set<String> firstLines = new HashSet<>();

    /**
     * Creates a watch.
     *
     * @param display shows the run
     * @param quiet true to show neither notes nor output
     * @param masking masks secrets in untrusted text
     */
    public LocalWatch(ProgressDisplay display, boolean quiet, UnaryOperator<String> masking) {
        this.display = display;
        this.quiet = quiet;
        this.masking = masking;
        this.output = new FoldedOutput(line -> display.terminal().err().print(MARK + line + "\n"), System::nanoTime);
    }

    /**
     * Shows a note of the worker, unless the watch is quiet.
     *
     * @param text the note
     */
    public void note(String text) {
        if (!quiet) {
            output.end();
            display.terminal().note(text);
        }
    }

    void progress(int percent) {
        display.update(percent);
    }

    @Override
    public void stageEnded(String run, Stage stage, StageEnd end, Duration took) {
        synchronized (this) {
            stages.merge(stage, took, Duration::plus);
        }
        output.end();
        if (stage == Stage.PIPELINE_EXECUTE && end == StageEnd.SUCCEEDED) {
            display.update(100);
        }
    }

    @Override
    public void noted(String run, RunNote note) {
        String text = FailureText.printable(masking.apply(note.text()));
        switch (note.kind()) {
            case OUTPUT -> written(text);
            case STEP -> note(text);
            case WARNING -> warn(text);
        }
    }

    // Only keeps the warning for the report. The runner has already written it to the output, which hides it.
    private synchronized void warn(String text) {
        if (warnings.size() < MAX_WARNINGS && !warnings.contains(text)) {
            warnings.add(text);
        }
    }

    // Marks the lines of the output, since an algorithm could imitate the worker's lines.
    private void written(String text) {
        if (quiet) {
            return;
        }
        String line = text.stripTrailing();
        if (!line.startsWith(OF_WORKER)) {
            for (String each : line.split("\n", -1)) {
                output.add(each);
            }
        }
        line.lines().map(String::strip).filter(each -> !each.isEmpty()).forEach(this::keep);
    }

    private synchronized void keep(String line) {
        if (firstLines.size() < FailureText.MAX_OUTPUT_LINES) {
            firstLines.add(line);
        }
        lastLines.remove(line);
        lastLines.add(line);
        if (lastLines.size() > FailureText.MAX_OUTPUT_LINES) {
            lastLines.remove(lastLines.iterator().next());
        }
    }

    /** Removes the output at the end of a failure's message if this output was already shown. */
    synchronized String withoutShown(String message) {
        List<String> lines = message.lines().toList();
        int size = lines.size();
        int from = size - 1;
        while (from > 0 && FailureText.isSameAgain(lines.get(from))) {
            from--;
        }
        if (from < 1 || !isLast(lines.get(from).strip())) {
            return message;
        }
        for (int i = from; i > 0; i--) {
            String line = lines.get(i).strip();
            from = lastLines.contains(line) || firstLines.contains(line) ? i : from;
        }
        return String.join("\n", lines.subList(0, from));
    }

    private boolean isLast(String line) {
        return lastLines.stream()
                .reduce((first, second) -> second)
                .filter(line::equals)
                .isPresent();
    }

    synchronized List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** Keeps the time until the worker was ready to run the task. */
    synchronized void started(Duration took) {
        start = took;
    }

    synchronized Duration start() {
        return start;
    }

    synchronized Map<Stage, Duration> stages() {
        return new EnumMap<>(stages);
    }
}
