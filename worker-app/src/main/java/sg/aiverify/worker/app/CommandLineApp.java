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

/** The command line: selects the command, and converts each failure to a message and an exit code. */
final class CommandLineApp {
    private static final int LEAST_WIDTH = 55; // picocli's minimum
    private static final int USUAL_WIDTH = 80;
    private static final int MOST_WIDTH = 100;

    private final CommandContext context;

    /** Creates the command line. */
    CommandLineApp(CommandContext context) {
        this.context = context;
    }

    /** Runs the command that the arguments select and returns the exit code. */
    int run(String... args) {
        // Without arguments the worker starts faster: the command-line library is not loaded.
        return args.length == 0 ? guarded(serve()) : commands().execute(args);
    }

    /** Runs the command that the arguments of this process select, as Java decoded them; returns the exit code. */
    int runProcess(String[] seen) {
        return guarded(() -> run(StartTexts.arguments(seen)));
    }

    private ServeCommand serve() {
        return new ServeCommand(context);
    }

    /** Returns all commands. */
    CommandLine commands() {
        Terminal terminal = context.terminal();
        CommandLine commands = new CommandLine(serve())
                .addSubcommand(new DemoCommand(context))
                .addSubcommand(new DoctorCommand(context))
                .addSubcommand(new RunOnceCommand(context))
                .setUsageHelpWidth(helpWidth(terminal))
                .registerConverter(Path.class, CommandLineApp::path)
                .registerConverter(UUID.class, CommandLineApp::uuid)
                // picocli would decode an argument file (@file) by the locale, and split its content at spaces.
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

    /** Checks whether the command runs the worker. All other commands are for people. */
    private static boolean isWorker(CommandLine command) {
        return command.getParent() == null;
    }

    /**
     * Reports wrong arguments in one sentence. The help text is not printed, since it would push the sentence off the
     * screen.
     */
    private int misused(CommandLine.ParameterException e) {
        PrintStream err = context.terminal().err();
        String wrong = OptionErrors.in(e);
        if (isWorker(e.getCommandLine()) && context.logsForStore(List.of(context.masked(wrong)), null)) {
            return ExitCode.USAGE;
        }
        context.terminal().error(wrong);
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
            // reported below, together with texts that have too few digits and that Java accepts
        }
        throw new TypeConversionException(
                "'" + text + "' is not a UUID; allowed: a UUID such as 2b5c9d1e-3f4a-4b6c-8d7e-9f0a1b2c3d4e");
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

    /**
     * Reports each problem as an error. If the worker did not start and its log is for a log store, logs the problems.
     */
    private void report(List<String> problems, boolean ofWorker, @Nullable Throwable bug) {
        if (!ofWorker || !context.logsForStore(problems, bug)) {
            problems.forEach(context.terminal()::error);
        }
    }

    private int explained(Exception e, boolean ofWorker) {
        LogManager.getLogger(CommandLineApp.class).debug("The command failed", e);
        if (e instanceof InterruptedException) {
            Thread.currentThread().interrupt();
            report(List.of("interrupted"), ofWorker, null);
            return ExitCode.FAILURE;
        }
        boolean known = e instanceof WorkerException && e.getMessage() != null;
        String message = context.masked(FailureText.printable(
                known
                        ? String.valueOf(e.getMessage())
                        : "unexpected error: " + Reason.of(e) + "; TEWORKER_LOG_LEVEL=debug shows its stack trace"));
        if (e instanceof ConfigurationException) {
            // Each line is a separate error. The worker itself wrote all of them.
            report(message.lines().toList(), ofWorker, null);
            return ExitCode.USAGE;
        }
        report(List.of(FailureText.bounded(message)), ofWorker, known ? null : e);
        return ExitCode.FAILURE;
    }
}
