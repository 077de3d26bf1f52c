package sg.aiverify.worker.app;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import sg.aiverify.worker.app.doctor.Examination;
import sg.aiverify.worker.app.settings.LoadedSettings;

/** The command {@code doctor}: checks everything that the worker needs. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        header = "Check Java, Python, the queue, the gateway and the disk.",
        description = {
            "%nReads the worker's settings and checks everything that the worker needs. Shows how to fix each"
                    + " problem. Does not start the worker and does not take tasks from the"
                    + " queue.%n"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {" 0:no check failed; there may be warnings", " 1:a check failed", " 2:wrong option"})
final class DoctorCommand implements Callable<Integer> {
    private final CommandContext context;

    DoctorCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        // The table of the checks already shows the problems that modules log.
        LoadedSettings loaded = context.loadQuietly("error");
        Examination examination = new Examination(context.parts().checks(loaded), loaded.secrets()::masked);
        return examination.print(context.terminal()) ? ExitCode.OK : ExitCode.FAILURE;
    }
}
