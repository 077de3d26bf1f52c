package sg.aiverify.worker.app;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.apache.logging.log4j.LogManager;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.TypeConversionException;
import sg.aiverify.worker.app.terminal.Terminal;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.failure.WorkerException;

/** The command line: picks the command, and turns whatever goes wrong into a sentence and an exit code. */
final class CommandLineApp {
    private static final int LEAST_WIDTH = 55; // less is refused
    private static final int USUAL_WIDTH = 80;
    private static final int MOST_WIDTH = 100;

    private final Surroundings surroundings;

    /** Creates the command line. */
    CommandLineApp(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** Does what the arguments say and gives the exit code. */
    int run(String... args) {
        // The worker itself does not wait for the command line's library to be loaded.
        return args.length == 0 ? guarded(serve()) : commands().execute(args);
    }

    /** Does what the arguments of this process say, as Java sees them, and gives the exit code. */
    int runProcess(String[] seen) {
        return guarded(() -> run(StartTexts.arguments(seen)));
    }

    private ServeCommand serve() {
        return new ServeCommand(surroundings);
    }

    /** Lists all commands. */
    CommandLine commands() {
        Terminal terminal = surroundings.terminal();
        CommandLine commands = new CommandLine(serve())
                .addSubcommand(new DemoCommand(surroundings))
                .addSubcommand(new DoctorCommand(surroundings))
                .addSubcommand(new RunOnceCommand(surroundings))
                .setUsageHelpWidth(helpWidth(terminal))
                .registerConverter(Path.class, CommandLineApp::path)
                .registerConverter(UUID.class, CommandLineApp::uuid)
                // A file that begins with @ would be read by the locale, and split at spaces.
                .setExpandAtFiles(false)
                .setOut(new PrintWriter(terminal.out(), true))
                .setErr(new PrintWriter(terminal.err(), true))
                .setColorScheme(CommandLine.Help.defaultColorScheme(terminal.outInteractive() ? Ansi.ON : Ansi.OFF))
                .setParameterExceptionHandler((e, args) -> misused(e))
                .setExecutionExceptionHandler((e, command, result) -> explained(e, isWorker(command)));
        commands.getSubcommands()
                .values()
                .forEach(command -> command.getCommandSpec().versionProvider(new Version()));
        return commands;
    }

    private static int helpWidth(Terminal terminal) {
        return terminal.outInteractive()
                ? Math.min(Math.max(terminal.columnsAnyway(), LEAST_WIDTH), MOST_WIDTH)
                : USUAL_WIDTH;
    }

    /** Tells the worker itself from the commands for people. */
    private static boolean isWorker(CommandLine command) {
        return command.getParent() == null;
    }

    /** One sentence, not the whole help below it, which would push the sentence off the screen. */
    private int misused(CommandLine.ParameterException e) {
        PrintStream err = surroundings.terminal().err();
        String wrong = OptionErrors.in(e);
        if (isWorker(e.getCommandLine()) && surroundings.logsForStore(List.of(surroundings.masked(wrong)), null)) {
            return ExitCode.USAGE;
        }
        surroundings.terminal().error(wrong);
        err.println("Try: " + e.getCommandLine().getCommandSpec().qualifiedName() + " --help");
        return ExitCode.USAGE;
    }

    private static UUID uuid(String text) {
        try {
            UUID id = UUID.fromString(text);
            if (id.toString().equalsIgnoreCase(text)) {
                return id;
            }
        } catch (IllegalArgumentException e) {
            // said below, as for what has too few digits
        }
        throw new TypeConversionException(
                "'" + text + "' is no UUID; it must be one such as 2b5c9d1e-3f4a-4b6c-8d7e-9f0a1b2c3d4e");
    }

    private static Path path(String text) {
        if (text.isEmpty()) {
            throw new TypeConversionException("it is empty; allowed: the path of a file or folder");
        }
        try {
            return FileNames.path("The path", text);
        } catch (ConfigurationException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    private int guarded(Callable<Integer> command) {
        try {
            return command.call();
        } catch (Exception e) {
            return explained(e, true);
        }
    }

    /** Says what went wrong, one error for each text: what keeps the worker from starting where its log lines go. */
    private void tell(List<String> problems, boolean ofWorker, @Nullable Throwable bug) {
        if (!ofWorker || !surroundings.logsForStore(problems, bug)) {
            problems.forEach(surroundings.terminal()::error);
        }
    }

    private int explained(Exception e, boolean ofWorker) {
        LogManager.getLogger(CommandLineApp.class).debug("The command failed", e);
        if (e instanceof InterruptedException) {
            Thread.currentThread().interrupt();
            tell(List.of("interrupted"), ofWorker, null);
            return ExitCode.FAILURE;
        }
        boolean known = e instanceof WorkerException && e.getMessage() != null;
        String message = surroundings.masked(FailureText.printable(
                known
                        ? String.valueOf(e.getMessage())
                        : "unexpected error: " + Reason.of(e) + "; TEWORKER_LOG_LEVEL=debug shows where it came from"));
        if (e instanceof ConfigurationException) {
            // Each of its lines is an error of its own, and none is foreign.
            tell(message.lines().toList(), ofWorker, null);
            return ExitCode.USAGE;
        }
        tell(List.of(FailureText.bounded(message)), ofWorker, known ? null : e);
        return ExitCode.FAILURE;
    }
}
