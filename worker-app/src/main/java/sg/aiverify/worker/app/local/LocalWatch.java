package sg.aiverify.worker.app.local;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import sg.aiverify.worker.app.terminal.ProgressDisplay;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.listener.RunListener;
import sg.aiverify.worker.listener.StageEnd;
import sg.aiverify.worker.run.RunNote;
import sg.aiverify.worker.stage.Stage;

/** Shows a run while it goes on, and keeps what its report tells again. Thread-safe. */
public final class LocalWatch implements RunListener {
    private static final String MARK = "| ";
    /** Begins what the runner writes for those who see nothing but the output; here it is a warning of the report. */
    private static final String OF_WORKER = "WARNING worker: ";

    private static final int MAX_WARNINGS = 50;

    private final ProgressDisplay display;
    private final boolean quiet;
    private final UnaryOperator<String> masking;
    private final List<String> warnings = new ArrayList<>();
    private final Map<Stage, Duration> stages = new EnumMap<>(Stage.class);
    private Duration start = Duration.ZERO;
    private final Deque<String> lastLines = new ArrayDeque<>();

    /**
     * Creates a watch.
     *
     * @param display shows the run
     * @param quiet whether nothing is shown but the progress
     * @param masking takes secrets out of foreign text
     */
    public LocalWatch(ProgressDisplay display, boolean quiet, UnaryOperator<String> masking) {
        this.display = display;
        this.quiet = quiet;
        this.masking = masking;
    }

    /**
     * Shows a line of the worker's own, unless it is quiet.
     *
     * @param text what happens
     */
    public void say(String text) {
        if (!quiet) {
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
        if (stage == Stage.PIPELINE_EXECUTE && end == StageEnd.SUCCEEDED) {
            display.update(100);
        }
    }

    @Override
    public void noted(String run, RunNote note) {
        String text = FailureText.printable(masking.apply(note.text()));
        switch (note.kind()) {
            case OUTPUT -> output(text);
            case STEP -> say(text);
            case WARNING -> warn(text);
        }
    }

    // The runner has written it into the output.
    private synchronized void warn(String text) {
        if (warnings.size() < MAX_WARNINGS && !warnings.contains(text)) {
            warnings.add(text);
        }
    }

    // Marked, since an algorithm could write what looks like the worker's own lines.
    private void output(String text) {
        if (quiet) {
            return;
        }
        String line = text.stripTrailing();
        if (!line.startsWith(OF_WORKER)) {
            display.terminal().err().print(MARK + line.replace("\n", "\n" + MARK) + "\n");
        }
        synchronized (this) {
            line.lines().map(String::strip).filter(each -> !each.isEmpty()).forEach(lastLines::add);
            while (lastLines.size() > FailureText.MAX_OUTPUT_LINES) {
                lastLines.remove();
            }
        }
    }

    /** Takes the end of a failure's text away if it is the output, which was shown as it came. */
    synchronized String withoutShown(String message) {
        List<String> lines = message.lines().toList();
        int size = lines.size();
        if (size < 2 || !lines.get(size - 1).strip().equals(lastLines.peekLast())) {
            return message;
        }
        int from = size - 1;
        for (int i = from; i > 0; i--) {
            from = lastLines.contains(lines.get(i).strip()) ? i : from;
        }
        return String.join("\n", lines.subList(0, from));
    }

    synchronized List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** Keeps how long it took until there was a worker to run the task. */
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
