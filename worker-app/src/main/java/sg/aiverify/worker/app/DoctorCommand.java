package sg.aiverify.worker.app;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import sg.aiverify.worker.app.doctor.Examination;
import sg.aiverify.worker.app.settings.LoadedSettings;

/** Looks at everything that the worker needs. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        header = "Check Java, Python, the queue, the gateway and the disk.",
        description = {
            "%nLooks at everything that the worker needs, with the settings that it would use, and says what to do"
                    + " about what is missing. Starts nothing and takes no task.%n"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {" 0:nothing failed; there may be warnings", " 1:something failed", " 2:wrong option"})
final class DoctorCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    DoctorCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws InterruptedException {
        // What a module would log is what its check says.
        LoadedSettings loaded = surroundings.loadQuietly("error");
        Examination examination = new Examination(surroundings.parts().checks(loaded), loaded.secrets()::masked);
        return examination.print(surroundings.terminal()) ? ExitCode.OK : ExitCode.FAILURE;
    }
}
