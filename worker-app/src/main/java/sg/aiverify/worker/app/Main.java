package sg.aiverify.worker.app;

import java.nio.file.Path;
import java.util.Map;
import sg.aiverify.worker.app.logging.WorkerLogging;
import sg.aiverify.worker.app.settings.LoadedSettings;
import sg.aiverify.worker.app.terminal.Terminal;
import sg.aiverify.worker.config.FileNames;

/** Where the process starts. */
public final class Main {
    private Main() {}

    /**
     * Does what the command line says and ends the process.
     *
     * @param args the command line
     */
    public static void main(String[] args) {
        long start = System.nanoTime();
        Map<String, String> environment = StartTexts.variables(System.getenv());
        Path directory = FileNames.absolute(Path.of(""));
        Surroundings surroundings = new Surroundings(
                Terminal.ofProcess(environment),
                environment,
                directory,
                new Wiring(LoadedSettings.variables(environment, directory)));
        int code = new CommandLineApp(surroundings, start).runProcess(args);
        WorkerLogging.stop();
        System.exit(code);
    }
}
