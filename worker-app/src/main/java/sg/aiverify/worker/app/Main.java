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
        try {
            run(args, start);
        } catch (NoClassDefFoundError e) {
            if (e.getCause() instanceof ClassNotFoundException absent && !isOwn(absent)) {
                System.err.println("error: the directory lib is not beside the worker's jar, or not complete: "
                        + absent.getMessage() + " is missing. Copy lib together with the jar");
                System.exit(ExitCode.FAILURE);
            }
            throw e;
        }
    }

    private static boolean isOwn(ClassNotFoundException absent) {
        return String.valueOf(absent.getMessage()).startsWith("sg.aiverify.worker.app.");
    }

    private static void run(String[] args, long start) {
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
