package sg.aiverify.worker.app;

import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
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
                    + " behind but the cache in the data directory, which makes the next time quicker.%n"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {" 0:every run ended as expected", " 1:some run did not", " 2:wrong option or setting"})
final class DemoCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Option(
            names = "--limit",
            paramLabel = "SECONDS",
            defaultValue = "900",
            description = "How long it may take (default: ${DEFAULT-VALUE}).")
    private int limitSeconds;

    DemoCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (limitSeconds < 1) {
            throw new ConfigurationException("--limit " + limitSeconds + " is not allowed; allowed: 1 or more");
        }
        Settings settings = surroundings.configure("error");
        Terminal terminal = surroundings.terminal();
        try (Demonstration demonstration = surroundings
                .parts()
                .demonstration()
                .start(settings, step -> terminal.err().println(step + " ..."))) {
            Presentation presentation = new Presentation(
                    terminal,
                    Duration.ofSeconds(limitSeconds),
                    System::nanoTime,
                    duration -> Thread.sleep(duration.toMillis()));
            return presentation.show(demonstration.runs()) ? ExitCode.OK : ExitCode.FAILURE;
        }
    }
}
