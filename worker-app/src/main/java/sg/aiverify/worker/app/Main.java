package sg.aiverify.worker.app;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import sg.aiverify.worker.app.logging.WorkerLogging;
import sg.aiverify.worker.app.settings.LoadedSettings;
import sg.aiverify.worker.app.terminal.Terminal;
import sg.aiverify.worker.config.FileNames;

/** The entry point of the process. */
public final class Main {
    private Main() {}

    /**
     * Runs the command line and ends the process.
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

    /**
     * Returns the error about missing libraries. Uses only Java's own classes, since the logging library may be
     * missing.
     */
    static String missing(boolean ecs, Instant now) {
        String problem = "the directory lib next to the worker's jar is missing or incomplete. Copy lib together with"
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
        CommandContext context = new CommandContext(
                Terminal.ofProcess(environment),
                environment,
                directory,
                new Wiring(LoadedSettings.variables(environment, directory)));
        int code = new CommandLineApp(context).runProcess(args);
        WorkerLogging.stop();
        System.exit(code);
    }
}
