package sg.aiverify.worker.app;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import picocli.CommandLine.Command;
import sg.aiverify.worker.app.settings.LoadedSettings;
import sg.aiverify.worker.engine.EngineSettings;
import sg.aiverify.worker.failure.ConfigurationException;

/** Runs the worker. The command line runs this command if it contains no name of a command. */
@Command(
        name = "aiverify-worker",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisHeading = "Usage: ",
        customSynopsis = {"aiverify-worker", "       aiverify-worker COMMAND [OPTIONS]"},
        description = {
            "%nThe worker takes AI Verify test runs from a Valkey stream, runs their algorithms in isolation, and"
                    + " sends the results to the API gateway. To start the worker, run aiverify-worker without a"
                    + " command.%n",
            "Configure the worker with environment variables, or with a file .env in the working directory."
                    + " These are the most important settings, with their defaults:%n",
            "  APIGW_URL                          the gateway (http://127.0.0.1:4000)",
            "  VALKEY_HOST_ADDRESS, VALKEY_PORT   the queue (127.0.0.1, 6379)",
            "  PYTHON                             the Python for algorithms (python3)",
            "  TEWORKER_CONCURRENCY               maximum parallel runs (number of cores)",
            "  TEWORKER_LOG_LEVEL                 the lowest log level to write (info)%n",
        },
        optionListHeading = "Options:%n",
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            " 0:success, or a graceful stop after SIGTERM or Ctrl-C",
            " 1:failure",
            " 2:wrong option or setting",
            "130, 143:ended at once by a second Ctrl-C or SIGTERM",
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  aiverify-worker doctor             check everything that the worker needs",
            "  aiverify-worker demo               run samples; needs no queue or gateway",
            "  APIGW_URL=http://gateway:4000 VALKEY_HOST_ADDRESS=valkey aiverify-worker%n",
            "docs/configuration.md lists all settings. docs/operating.md describes commands, logs and signals.",
        })
final class ServeCommand implements Callable<Integer> {
    private final CommandContext context;

    ServeCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        LoadedSettings loaded = context.load("info");
        Logger log = LogManager.getLogger(ServeCommand.class);
        Thread.setDefaultUncaughtExceptionHandler(
                (thread, thrown) -> log.fatal("The thread {} ended unexpectedly", thread.getName(), thrown));
        log.info("AI Verify worker {}", Version.current());
        Service service = service(loaded);
        ServiceRun run = new ServiceRun(
                service,
                loaded.settings().get(EngineSettings.SHUTDOWN_GRACE),
                Runtime.getRuntime()::halt,
                System::nanoTime);
        for (Signals signal : Signals.values()) {
            signal.onArrival(() -> run.signalled(signal));
        }
        return run.run();
    }

    /** Creates the worker even if some settings are wrong, so that all problems are reported together. */
    private Service service(LoadedSettings loaded) {
        Set<String> problems = new LinkedHashSet<>(loaded.problems());
        try {
            Service service = context.parts().service(loaded.settings());
            if (problems.isEmpty()) {
                return service;
            }
            service.close();
        } catch (ConfigurationException e) {
            String.valueOf(e.getMessage()).lines().forEach(problems::add);
        }
        throw new ConfigurationException(List.copyOf(problems));
    }
}
