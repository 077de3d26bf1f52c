package sg.aiverify.worker.app;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;
import sg.aiverify.worker.app.local.LocalRun;
import sg.aiverify.worker.app.local.LocalRunReport;
import sg.aiverify.worker.app.local.LocalRunner;
import sg.aiverify.worker.app.local.LocalWatch;
import sg.aiverify.worker.app.local.OutputFile;
import sg.aiverify.worker.app.logging.WorkerLogging;
import sg.aiverify.worker.app.settings.LoadedSettings;
import sg.aiverify.worker.app.terminal.ProgressDisplay;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.engine.Engine;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.json.internal.InvalidJsonException;
import sg.aiverify.worker.json.internal.StrictJson;
import sg.aiverify.worker.run.RunNote;
import sg.aiverify.worker.task.ModelType;

/** The command {@code run-once}: runs one algorithm on local files. */
@Command(
        name = "run-once",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        header = "Run one algorithm on local files, without a queue or a gateway.",
        description = {
            "%nRuns the algorithm in the same way as a test run from the queue. First, the worker unpacks zip files,"
                    + " builds the environment and checks the arguments. Then the worker runs the algorithm in"
                    + " isolation, checks the result and writes a zip file. Later runs use the same environment.",
            "%nThe algorithm's output appears on standard error; each line starts with \"|\". A summary of the run is"
                    + " written to standard output.%n"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            " 0:the result archive was written",
            " 1:the run failed, for example because of a file's content; standard error shows the reason",
            " 2:wrong option or setting, or --algorithm contains no algorithm; no run was started",
            "130, 143:stopped by Ctrl-C or SIGTERM",
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  aiverify-worker run-once --algorithm fairness/ --model model.sav \\",
            "      --model-type classification --data data.sav \\",
            "      --ground-truth data.sav --ground-truth-column default \\",
            "      --args '{\"sensitive_feature\": [\"gender\"]}' --output result.zip",
        })
final class RunOnceCommand implements Callable<Integer> {
    private static final long MAX_ARGUMENTS_BYTES = 64L * 1024 * 1024;

    private final CommandContext context;

    @Option(
            names = "--algorithm",
            required = true,
            paramLabel = "PATH",
            description =
                    "The algorithm: its project folder, the package in that folder, a parent folder, or a zip file.")
    private Path algorithm = Path.of("");

    @Option(names = "--model", required = true, paramLabel = "PATH", description = "The file or folder of the model.")
    private Path model = Path.of("");

    @Option(
            names = "--model-type",
            required = true,
            paramLabel = "TYPE",
            completionCandidates = ModelTypes.class,
            converter = ModelTypes.class,
            description = "The type of the model: ${COMPLETION-CANDIDATES}.")
    private ModelType modelType = ModelType.CLASSIFICATION;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "PATH",
            description = "The file or folder of the test data.")
    private Path data = Path.of("");

    @Option(
            names = "--ground-truth",
            paramLabel = "PATH",
            description = "The file or folder of the dataset that contains the ground truth.")
    private @Nullable Path groundTruth;

    @Option(
            names = "--ground-truth-column",
            paramLabel = "NAME",
            description = "The name of the column that contains the ground truth.")
    private @Nullable String groundTruthColumn;

    @ArgGroup
    private @Nullable Arguments arguments;

    @Option(
            names = "--dataset",
            paramLabel = "NAME=PATH",
            description =
                    "A dataset that the arguments refer to as \"_dataset_:NAME\". Repeat this option for each dataset.")
    private Map<String, Path> datasets = Map.of();

    @Option(
            names = "--output",
            paramLabel = "ZIP",
            description = "The result archive to write (default: " + OutputFile.DEFAULT
                    + "). It must not be in an input folder of the run. An archive of an earlier run is replaced.")
    private @Nullable Path output;

    @Option(names = "--force", description = "Replace the file at --output even if it is not a result archive.")
    private boolean force;

    @Option(
            names = {"-q", "--quiet"},
            description = "Show only warnings, errors and the summary, not progress or the algorithm's output.")
    private boolean quiet;

    @Option(names = "--run-id", paramLabel = "UUID", description = "The id of the run (default: a random UUID).")
    private UUID runId = UUID.randomUUID();

    /**
     * The algorithm's arguments: as JSON text in one option, or as a file in another. At most one of the two is set.
     */
    static final class Arguments {
        @Option(
                names = "--args",
                paramLabel = "JSON",
                description = "The algorithm's arguments, as a JSON object (default: {}).")
        private @Nullable String text;

        @Option(
                names = "--args-file",
                paramLabel = "FILE",
                description = "A file that contains the algorithm's arguments as a JSON object.")
        private @Nullable Path file;
    }

    /** The names of model types, as in a task. */
    static final class ModelTypes implements Iterable<String>, ITypeConverter<ModelType> {
        @Override
        public ModelType convert(String name) {
            return ModelType.named(name)
                    .orElseThrow(() -> new TypeConversionException(
                            "'" + name + "' is not a model type; allowed: " + String.join(", ", this)));
        }

        @Override
        public Iterator<String> iterator() {
            return List.of(ModelType.values()).stream().map(ModelType::wireName).iterator();
        }
    }

    RunOnceCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        LocalRun run = new LocalRun(
                runId.toString(),
                algorithm,
                model,
                modelType,
                data,
                groundTruth,
                groundTruthColumn,
                arguments(),
                datasets);
        Path result = OutputFile.checked(output, run, force);
        LocalRunner runner = new LocalRunner(context.parts().localWorkers(), System::nanoTime);
        Supplier<Optional<Signals>> stoppedBy = Signals.firstStops(runner::stop);
        LocalRunReport report;
        try (ProgressDisplay display = display()) {
            LoadedSettings loaded = context.on(display.terminal()).load("warning");
            // The watch or the report already shows the events that these classes log.
            WorkerLogging.leaveOut(RunNote.class);
            WorkerLogging.leaveOut(Engine.class);
            LocalWatch watch = new LocalWatch(display, quiet, loaded.secrets()::masked);
            report = runner.run(run, result, loaded.checked(), watch);
        } catch (TaskFailedException e) { // a file that an option refers to was refused before the run started
            String message = FailureText.printable(String.valueOf(e.getMessage()));
            throw new ConfigurationException(List.of(message.replace('\n', ' ')), e);
        }
        Optional<Signals> signal = stoppedBy.get();
        if (signal.isPresent() && report.result().isEmpty()) {
            context.terminal().error("the run was stopped by SIG" + signal.get());
            return signal.get().exitCode();
        }
        return report.print(context.terminal()) ? ExitCode.OK : ExitCode.FAILURE;
    }

    private ProgressDisplay display() {
        Path path = FileNames.absolute(algorithm).normalize();
        Path name = Objects.requireNonNullElse(path.getFileName(), path);
        return quiet
                ? ProgressDisplay.none(context.terminal())
                : ProgressDisplay.open(context.terminal(), FileNames.shown(name));
    }

    private JsonObject arguments() {
        String origin = "--args";
        try {
            JsonElement tree = new JsonObject();
            if (arguments != null && arguments.text != null) {
                tree = StrictJson.parse(arguments.text);
            } else if (arguments != null && arguments.file != null) {
                origin = "--args-file " + FileNames.shown(arguments.file);
                tree = StrictJson.parse(arguments.file, MAX_ARGUMENTS_BYTES);
            }
            if (tree.isJsonObject()) {
                return tree.getAsJsonObject();
            }
        } catch (IOException e) {
            throw new ConfigurationException(origin + " cannot be read: " + Reason.withoutFile(e));
        } catch (InvalidJsonException e) {
            throw new ConfigurationException(origin + " is not valid JSON: " + e.getMessage());
        }
        throw new ConfigurationException(origin + " is not a JSON object; allowed: for example {\"name\": \"value\"}");
    }
}
