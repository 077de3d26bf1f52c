package sg.aiverify.worker.app;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sg.aiverify.worker.app.demo.DemoLibraries;
import sg.aiverify.worker.app.demo.Demonstration;
import sg.aiverify.worker.app.demo.Presentation;
import sg.aiverify.worker.app.terminal.Terminal;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;

/** Shows the worker at work. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        header = "Show the worker at work: sample runs on a queue and a gateway of its own.",
        description = {
            "%nStarts a Valkey-compatible server and a small gateway on free ports of this machine, hands in sample"
                    + " runs (some of which are meant to fail), and shows what becomes of them. Nothing is left"
                    + " behind but what makes the next time quicker: a cache in the data directory, and, where Python has no test engine, a"
                    + " virtual environment in ~/.cache/aiverify-worker-testkit.%n",
            "With --keep it says in the end how to hand in runs of your own, and keeps running until Ctrl-C.%n",
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            " 0:every run ended as expected; with --keep, once it is stopped",
            " 1:some run did not",
            " 2:wrong option or setting, or lib-demo is not beside the jar",
            "130, 143:stopped by Ctrl-C or SIGTERM before the runs had ended",
        })
final class DemoCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Option(
            names = "--limit",
            paramLabel = "SECONDS",
            defaultValue = "900",
            description = "How long the runs may take (default: ${DEFAULT-VALUE}).")
    private int limitSeconds;

    @Option(
            names = "--keep",
            description = "Leave queue, gateway and worker running until Ctrl-C or SIGTERM, and say how to hand in"
                    + " runs.")
    private boolean keep;

    DemoCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (limitSeconds < 1) {
            throw new ConfigurationException("--limit " + limitSeconds + " is not allowed; allowed: 1 or more");
        }
        Settings settings = surroundings.load("error").checked();
        // The first signal lets the demo clean up after itself.
        Supplier<Optional<Signals>> stoppedBy = Signals.firstStops(Thread.currentThread()::interrupt);
        try {
            return show(settings);
        } catch (InterruptedException e) {
            Signals signal = stoppedBy.get().orElseThrow(() -> e);
            surroundings.terminal().error("the demo was stopped by SIG" + signal);
            return signal.exitCode();
        }
    }

    private int show(Settings settings) throws InterruptedException {
        Terminal terminal = surroundings.terminal();
        Consumer<String> step = text -> terminal.err().println(text + " ...");
        try (Demonstration demonstration = new DemoLibraries().start(settings, surroundings.environment(), step)) {
            Presentation presentation = new Presentation(
                    terminal,
                    Duration.ofSeconds(limitSeconds),
                    System::nanoTime,
                    duration -> Thread.sleep(duration.toMillis()));
            boolean asExpected = presentation.show(demonstration.runs());
            if (keep) {
                demonstration.guide().forEach(terminal.out()::println);
                terminal.out().flush();
                awaitSignal();
                terminal.err().println("Stopping ...");
            }
            return asExpected ? ExitCode.OK : ExitCode.FAILURE;
        }
    }

    private static void awaitSignal() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            // The signal: the end that was announced, not a run that was cut off.
        }
    }
}
