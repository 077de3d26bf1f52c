package sg.aiverify.worker.app;

import java.util.concurrent.Callable;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import picocli.CommandLine.Command;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.engine.EngineSettings;

/** Runs the worker; the command without a name. */
@Command(
        name = "aiverify-worker",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisHeading = "Usage: ",
        customSynopsis = {"aiverify-worker", "       aiverify-worker COMMAND [OPTIONS]"},
        description = {
            "%nTakes AI Verify test runs from a Valkey stream, runs the algorithms in isolation and delivers the"
                    + " results to the API gateway. Without a command it starts the worker.%n",
            "It is configured by environment variables, or by a file .env in the working directory. The most"
                    + " important ones:%n",
            "  APIGW_URL                          the gateway (http://127.0.0.1:4000)",
            "  VALKEY_HOST_ADDRESS, VALKEY_PORT   the queue (127.0.0.1, 6379)",
            "  PYTHON                             the Python that environments are made with (python3)",
            "  TEWORKER_CONCURRENCY               runs at once (number of cores)",
            "  TEWORKER_LOG_LEVEL                 debug, info, warning, error, critical (info)%n",
        },
        optionListHeading = "Options:%n",
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            " 0:done, or stopped gracefully by SIGTERM or Ctrl-C",
            " 1:failed",
            " 2:wrong option or setting",
            "130, 143:ended at once by a second Ctrl-C or SIGTERM",
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  aiverify-worker doctor             see whether everything is there",
            "  aiverify-worker demo               see it work, without a gateway or a queue of yours",
            "  APIGW_URL=http://gateway:4000 VALKEY_HOST_ADDRESS=valkey aiverify-worker%n",
            "All settings: docs/configuration.md. Commands, logs, signals: docs/operating.md.",
        })
final class ServeCommand implements Callable<Integer> {
    private final Surroundings surroundings;
    private final long startNanos;

    ServeCommand(Surroundings surroundings, long startNanos) {
        this.surroundings = surroundings;
        this.startNanos = startNanos;
    }

    @Override
    public Integer call() throws InterruptedException {
        Settings settings = surroundings.configure();
        Logger log = LogManager.getLogger(ServeCommand.class);
        log.info("AI Verify worker {}", Version.current());
        Service service = surroundings.parts().service(settings);
        ServiceRun run =
                new ServiceRun(service, settings.get(EngineSettings.SHUTDOWN_GRACE), Runtime.getRuntime()::halt);
        for (Signals signal : Signals.values()) {
            signal.onArrival(() -> run.signalled(signal));
        }
        return run.run(() -> log.info("Ready after {} ms", (System.nanoTime() - startNanos) / 1_000_000));
    }
}
