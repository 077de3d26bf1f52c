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

/** The command {@code demo}: shows the worker with sample runs. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        header = "Show the worker with sample runs, a local queue and a local gateway.",
        description = {
            "%nStarts a Valkey-compatible server and a small gateway on free ports of this machine. Submits sample"
                    + " runs, some of which fail on purpose, and shows the outcome of each run.%n",
            "The demo leaves only files that speed up the next demo: a cache in the data directory and, if the"
                    + " Python interpreter lacks the test engine, a virtual environment in"
                    + " ~/.cache/aiverify-worker-testkit.%n",
            "With --keep, the demo continues until Ctrl-C or SIGTERM, and shows how to submit more runs.%n",
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            " 0:every run ended as expected, even if Ctrl-C or SIGTERM then stopped a demo with --keep",
            " 1:at least one run did not end as expected",
            " 2:wrong option or setting, or the directory lib-demo is not next to the jar",
            "130, 143:stopped by Ctrl-C or SIGTERM before all runs ended",
        })
final class DemoCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(
            names = "--limit",
            paramLabel = "SECONDS",
            defaultValue = "900",
            description = "The time limit for all runs together, in seconds (default: ${DEFAULT-VALUE}).")
    private int limitSeconds;

    @Option(
            names = "--keep",
            description = "Keep the queue, the gateway and the worker running until Ctrl-C or SIGTERM, and show how to"
                    + " submit more runs.")
    private boolean keep;

    DemoCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (limitSeconds < 1) {
            throw new ConfigurationException("--limit " + limitSeconds + " is not allowed; allowed: 1 or more");
        }
        Settings settings = context.load("error").checked();
        // On the first signal, the demo stops its processes and deletes its files.
        Supplier<Optional<Signals>> stoppedBy = Signals.firstStops(Thread.currentThread()::interrupt);
        try {
            return show(settings);
        } catch (InterruptedException e) {
            Signals signal = stoppedBy.get().orElseThrow(() -> e);
            context.terminal().error("the demo was stopped by SIG" + signal);
            return signal.exitCode();
        }
    }

    private int show(Settings settings) throws InterruptedException {
        Terminal terminal = context.terminal();
        Consumer<String> step = text -> terminal.err().println(text + " ...");
        try (Demonstration demonstration = new DemoLibraries().start(settings, context.environment(), step)) {
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
            // With --keep, a signal is the expected end of the demo, not an error.
        }
    }
}
