package sg.aiverify.worker.app.demo;

import java.io.PrintStream;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import sg.aiverify.worker.app.terminal.Terminal;
import sg.aiverify.worker.gateway.RunStatus;

/** Shows the progress of several runs: redrawn in place on a terminal, one line for each change in a pipe. */
final class DemoDisplay {
    private static final int BAR = 30;
    private static final int STEP = 25;

    private final PrintStream stream;
    private final boolean inPlace;
    private final int nameWidth;
    private final List<DemoRun> runs;
    private final Map<DemoRun, String> shown = new HashMap<>();
    private boolean drawn;

    DemoDisplay(Terminal terminal, List<DemoRun> runs) {
        this.stream = terminal.err();
        this.inPlace = terminal.errInteractive();
        this.runs = List.copyOf(runs);
        this.nameWidth =
                runs.stream().mapToInt(run -> run.name().length()).max().orElse(0);
    }

    void draw() {
        if (inPlace) {
            redraw();
        } else {
            runs.forEach(this::lineIfChanged);
        }
        stream.flush();
    }

    private void redraw() {
        if (drawn) {
            stream.print("\u001b[" + runs.size() + "A");
        }
        drawn = true;
        for (DemoRun run : runs) {
            int filled = Math.min(100, Math.max(0, percent(run))) * BAR / 100;
            stream.print("\u001b[2K" + pad(run.name()) + " [" + "#".repeat(filled) + " ".repeat(BAR - filled) + "] "
                    + state(run, percent(run)) + "\n");
        }
    }

    private void lineIfChanged(DemoRun run) {
        String state = state(run, percent(run) / STEP * STEP);
        if (!state.equals(shown.put(run, state))) {
            stream.println(pad(run.name()) + " " + state);
        }
    }

    private static int percent(DemoRun run) {
        return run.status() == RunStatus.SUCCESS ? 100 : run.progress();
    }

    private static String state(DemoRun run, int percent) {
        RunStatus status = run.status();
        return status == RunStatus.PENDING ? percent + "%" : status.name().toLowerCase(Locale.ROOT);
    }

    private String pad(String name) {
        return name + " ".repeat(nameWidth - name.length());
    }
}
