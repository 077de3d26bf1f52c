package sg.aiverify.worker.python;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.pipeline.AlgorithmOutput;
import sg.aiverify.worker.pipeline.TestInputs;
import sg.aiverify.worker.run.RunContext;

/** Runs algorithms, each in a fresh Python process under the supervisor. Thread-safe. */
public final class AlgorithmRunner {
    private static final Logger log = LogManager.getLogger(AlgorithmRunner.class);

    private final PythonScripts scripts;
    private final RunVariables variables;
    private final Clock clock;

    /**
     * Creates the runner.
     *
     * @param scripts the Python files of worker-core
     * @param variables what an algorithm's environment holds
     * @param clock gives start and duration
     */
    public AlgorithmRunner(PythonScripts scripts, RunVariables variables, Clock clock) {
        this.scripts = Objects.requireNonNull(scripts, "scripts");
        this.variables = Objects.requireNonNull(variables, "variables");
        this.clock = Objects.requireNonNull(clock, "clock");
    }

    /**
     * Where an algorithm runs.
     *
     * @param executable the interpreter of its environment, absolute
     * @param userBase where the user's own packages lie; null to use none
     */
    public record Python(Path executable, @Nullable Path userBase) {
        public Python {
            Objects.requireNonNull(executable, "executable");
        }
    }

    /**
     * Runs an algorithm to its end.
     *
     * @param python where
     * @param inputs algorithm, model and data
     * @param arguments its arguments, datasets by their paths
     * @param run the run; the algorithm works in its directory
     * @return what the algorithm gave; the files last as long as the run's directory
     * @throws TaskFailedException if the algorithm fails; the message holds the end of its output
     * @throws InfrastructureException if it was killed for no known reason the first time, or could not be started
     * @throws sg.aiverify.worker.failure.RunCancelledException if the run was stopped; no process is left
     * @throws InterruptedException if the thread is interrupted; no process is left
     */
    public AlgorithmOutput run(Python python, TestInputs inputs, JsonObject arguments, RunContext run)
            throws InterruptedException {
        Path work = run.workDirectory().resolve("python");
        Path home = work.resolve("home");
        Path request = work.resolve("request.json");
        try {
            Files.createDirectories(home.resolve("tmp"));
            Files.createDirectories(home.resolve("cache"));
            Files.writeString(request, request(inputs, arguments, run, work).toString());
        } catch (IOException e) {
            throw new InfrastructureException("The run's directory " + work + " cannot be written", e);
        }
        OutputTail output = new OutputTail();
        RunnerEvents events = new RunnerEvents(clock, run::progress);
        SupervisedProcess.Ending ending = new SupervisedProcess(python.executable(), scripts)
                .run(
                        List.of(
                                python.executable().toString(),
                                "-B",
                                scripts.path("runner.py").toString(),
                                "--request",
                                request.toString()),
                        work,
                        variables.forRun(python.executable(), python.userBase(), home),
                        events::accept,
                        output,
                        run.cancellation());
        log.debug("Run {} ended with {}; its output ended with:\n{}", run.task().id(), ending, output.text());
        if (events.result() == null) {
            throw failure(events, ending, output.text(), run);
        }
        return output(events, events.result(), work);
    }

    private static JsonObject request(TestInputs inputs, JsonObject arguments, RunContext run, Path work) {
        JsonObject request = new JsonObject();
        request.addProperty("run_id", run.task().id());
        request.addProperty("algorithm", inputs.algorithm().directory().toString());
        request.addProperty("data", inputs.testDataset().toString());
        request.addProperty("model", inputs.model().toString());
        request.add(
                "ground_truth_data",
                text(inputs.findGroundTruth()
                        .map(truth -> truth.dataset().toString())
                        .orElse(null)));
        request.add(
                "ground_truth",
                text(inputs.findGroundTruth()
                        .map(TestInputs.GroundTruth::column)
                        .orElse(null)));
        request.addProperty("model_type", run.task().modelType().wireName());
        request.add("arguments", arguments);
        request.addProperty("work", work.toString());
        return request;
    }

    private static JsonElement text(@Nullable String value) {
        return value == null ? JsonNull.INSTANCE : new JsonPrimitive(value);
    }

    private static AlgorithmOutput output(RunnerEvents events, RunnerEvents.Result result, Path work) {
        Path file = work.resolve("result.json");
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new TaskFailedException("Output zip not generated: the algorithm removed its result");
        }
        Path directory = work.resolve("algorithm").resolve("output");
        List<String> artifacts = new ArrayList<>(result.artifacts());
        artifacts.removeIf(name -> !isBelow(directory, name));
        return new AlgorithmOutput(
                file, directory, artifacts, events.started(), Duration.between(events.started(), result.when()));
    }

    /** Whether the name stays below the directory and no link leads out of it. */
    private static boolean isBelow(Path directory, String name) {
        try {
            Path file = directory.resolve(name);
            return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                    && file.toRealPath()
                            .equals(directory.toRealPath().resolve(name).normalize())
                    && file.toRealPath().startsWith(directory.toRealPath());
        } catch (IOException | java.nio.file.InvalidPathException e) {
            return false;
        }
    }

    private static StageException failure(
            RunnerEvents events, SupervisedProcess.Ending ending, String output, RunContext run) {
        String error = events.error();
        if (error != null) {
            return new TaskFailedException(FailureText.withOutput("Failed to run algorithm: " + error, output));
        }
        if (ending.findSignal().filter("SIGKILL"::equals).isPresent()) {
            String text = FailureText.withOutput(
                    "Failed to run algorithm: its process was killed by SIGKILL, probably because memory ran out",
                    output);
            return run.attempt() > 1 ? new TaskFailedException(text) : new InfrastructureException(text);
        }
        if (ending.findSignal().isPresent()) {
            return new TaskFailedException(FailureText.withOutput(
                    "Failed to run algorithm: its process was killed by " + ending.signal(), output));
        }
        if (!events.hasStarted()) {
            return new InfrastructureException(FailureText.withOutput(
                    "Unexpected error during algorithm execute: Python ended with exit code " + ending.code()
                            + " before it came to the algorithm",
                    output));
        }
        return new TaskFailedException(FailureText.withOutput(
                "Error executing algorithm: Output zip not generated: the algorithm ended its process with exit code "
                        + ending.code() + " before it gave a result",
                output));
    }
}
