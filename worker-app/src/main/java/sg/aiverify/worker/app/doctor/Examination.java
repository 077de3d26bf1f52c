package sg.aiverify.worker.app.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.app.doctor.Finding.Severity;
import sg.aiverify.worker.app.terminal.Style;
import sg.aiverify.worker.app.terminal.Table;
import sg.aiverify.worker.app.terminal.Terminal;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.failure.WorkerException;

/** Runs all checks in order and prints the table of their findings. */
public final class Examination {
    private static final Logger log = LogManager.getLogger(Examination.class);

    private final List<Check> checks;
    private final UnaryOperator<String> mask;

    /**
     * Creates the examination.
     *
     * @param checks the checks, in the order of the table
     * @param mask replaces secrets in the findings
     */
    public Examination(List<Check> checks, UnaryOperator<String> mask) {
        this.checks = List.copyOf(checks);
        this.mask = mask;
    }

    /**
     * Runs all checks and prints the table.
     *
     * @param terminal the terminal for the table
     * @return true if no check failed
     * @throws InterruptedException if the thread is interrupted
     */
    public boolean print(Terminal terminal) throws InterruptedException {
        Style style = terminal.style();
        Table table = new Table();
        List<Severity> severities = new ArrayList<>();
        for (Check check : checks) {
            Finding finding = run(check);
            severities.add(finding.severity());
            table.row(severity(finding.severity(), style), Table.Cell.of(check.name()), observation(finding));
        }
        int width = terminal.outInteractive() ? terminal.columns() : Integer.MAX_VALUE;
        table.lines(width).forEach(terminal.out()::println);
        terminal.out().println();
        terminal.out().println(summary(severities));
        terminal.out().flush();
        return !severities.contains(Severity.FAIL);
    }

    private static Finding run(Check check) throws InterruptedException {
        try {
            return check.run();
        } catch (RuntimeException e) {
            log.debug("The check {} failed", check.name(), e);
            String reason = e instanceof WorkerException ? String.valueOf(e.getMessage()) : Reason.of(e);
            return Finding.fail(
                    reason,
                    e instanceof ConfigurationException
                            ? "correct these settings"
                            : "TEWORKER_LOG_LEVEL=debug shows the stack trace");
        }
    }

    private static Table.Cell severity(Severity severity, Style style) {
        return switch (severity) {
            case OK -> new Table.Cell("ok", style::good);
            case WARN -> new Table.Cell("warn", style::warning);
            case FAIL -> new Table.Cell("FAIL", style::bad);
        };
    }

    private Table.Cell observation(Finding finding) {
        String advice = finding.advice().isEmpty() ? "" : "\n-> " + finding.advice();
        return Table.Cell.of(FailureText.bounded(mask.apply(FailureText.printable(finding.observation() + advice))));
    }

    private static String summary(List<Severity> severities) {
        long failed = severities.stream().filter(Severity.FAIL::equals).count();
        long warned = severities.stream().filter(Severity.WARN::equals).count();
        if (failed == 0 && warned == 0) {
            return "All " + severities.size() + " checks passed.";
        }
        String found = Stream.of(failed == 0 ? "" : failed + " failed", warned == 0 ? "" : warned + " with a warning")
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining(", "));
        return severities.size() + " checks: " + found + ".";
    }
}
