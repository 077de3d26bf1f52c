package sg.aiverify.worker.python;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.pipeline.AlgorithmOutput;
import sg.aiverify.worker.pipeline.TestInputs;
import sg.aiverify.worker.run.RunContext;

/** Runs algorithms, each in a fresh Python process under the supervisor. Thread-safe. */
public final class AlgorithmRunner {
    private static final Logger log = LogManager.getLogger(AlgorithmRunner.class);

    /** How Python tells ENOSPC and EDQUOT, at once or of many files together. */
    private static final Pattern DISK_FULL =
            Pattern.compile("Failed to run algorithm: (OSError|shutil\\.Error): .*\\[Errno (28|122)]");

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
     * @throws InfrastructureException if it was killed for no known reason the first time, could not be started, or
     *     found the disk full
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
            Files.writeString(
                    request,
                    RunnerRequest.here(inputs, arguments, work)
                            .toJson(run.task())
                            .toString());
        } catch (IOException e) {
            throw new InfrastructureException("The run's directory " + work + " cannot be written", e);
        }
        OutputTail output = new OutputTail();
        RunnerEvents events = new RunnerEvents(clock, run::progress);
        String executable = python.executable().toString();
        SupervisedProcess.Ending ending = new SupervisedProcess(python.executable(), scripts)
                .run(
                        List.of(
                                executable,
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
        try {
            return events.output(work, ending, output.text(), run.attempt());
        } catch (TaskFailedException e) {
            String message = String.valueOf(e.getMessage());
            // The disk is the worker's. Another try may find space; an algorithm that fills it runs out of attempts.
            throw DISK_FULL.matcher(message).lookingAt() ? new InfrastructureException(message, e) : e;
        }
    }
}
