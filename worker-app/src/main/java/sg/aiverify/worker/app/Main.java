package sg.aiverify.worker.app;

import java.nio.file.Path;
import java.time.Instant;
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
        try {
            run(args);
        } catch (NoClassDefFoundError e) {
            if (e.getCause() instanceof ClassNotFoundException absent && !isOwn(absent)) {
                System.err.println(missing("ecs".equals(System.getenv("TEWORKER_LOG_FORMAT")), Instant.now()));
                System.exit(ExitCode.FAILURE);
            }
            throw e;
        }
    }

    /** Says what is missing, with nothing but Java itself: the libraries for log lines may be what is missing. */
    static String missing(boolean ecs, Instant now) {
        String problem = "the directory lib is not beside the worker's jar, or not complete. Copy lib together with"
                + " the jar";
        return ecs
                ? String.format(
                        "{\"@timestamp\":\"%s\",\"ecs.version\":\"8.17.0\",\"log.level\":\"FATAL\",\"message\":\"%s\","
                                + "\"service.name\":\"aiverify-worker\",\"process.thread.name\":\"main\","
                                + "\"log.logger\":\"%s\"}",
                        now, problem, Main.class.getName())
                : "error: " + problem;
    }

    private static boolean isOwn(ClassNotFoundException absent) {
        return String.valueOf(absent.getMessage()).startsWith("sg.aiverify.worker.app.");
    }

    private static void run(String[] args) {
        Map<String, String> environment = StartTexts.variables(System.getenv());
        Path directory = FileNames.absolute(Path.of(""));
        Surroundings surroundings = new Surroundings(
                Terminal.ofProcess(environment),
                environment,
                directory,
                new Wiring(LoadedSettings.variables(environment, directory)));
        int code = new CommandLineApp(surroundings).runProcess(args);
        WorkerLogging.stop();
        System.exit(code);
    }
}
