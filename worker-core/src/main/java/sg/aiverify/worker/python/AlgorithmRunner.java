package sg.aiverify.worker.python;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.files.TakenFiles;
import sg.aiverify.worker.files.internal.DiskFailure;
import sg.aiverify.worker.isolation.Confinement;
import sg.aiverify.worker.isolation.Isolation;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.run.RunNote;
import sg.aiverify.worker.stage.AlgorithmOutput;
import sg.aiverify.worker.stage.TestInputs;

/** Runs algorithms, each in a fresh Python process under the supervisor, in a sandbox. Thread-safe. */
@API(status = EXPERIMENTAL, since = "1.0")
public final class AlgorithmRunner {
    private static final Logger log = LogManager.getLogger(AlgorithmRunner.class);

    /** Matches a runner's error for a full disk (ENOSPC or EDQUOT) that concerned one file or several. */
    private static final Pattern DISK_FULL =
            Pattern.compile("Failed to run algorithm: (OSError|shutil\\.Error): .*\\[Errno (28|122)]");

    private final PythonScripts scripts;
    private final RunVariables variables;
    private final Isolation isolation;
    private final Clock clock;

    /**
     * Creates the runner.
     *
     * @param scripts the Python files of worker-core
     * @param variables the environment variables of an algorithm
     * @param isolation the sandbox of the algorithms; the caller closes it
     * @param clock measures the start and the duration of a run
     */
    public AlgorithmRunner(PythonScripts scripts, RunVariables variables, Isolation isolation, Clock clock) {
        this.scripts = Objects.requireNonNull(scripts, "scripts");
        this.variables = Objects.requireNonNull(variables, "variables");
        this.isolation = Objects.requireNonNull(isolation, "isolation");
        this.clock = Objects.requireNonNull(clock, "clock");
    }

    /**
     * The interpreters of a run.
     *
     * @param executable the absolute path of the interpreter in the algorithm's environment
     * @param keeper the interpreter of the supervisor, which runs outside the sandbox; no installed package may be
     *     able to change this interpreter
     * @param libraries the paths that both interpreters need to read in addition to the system's libraries
     * @param userBase the directory of the user's own packages; null if these are not used
     */
    public record Python(
            Path executable,
            Path keeper,
            List<Path> libraries,
            @Nullable Path userBase) {
        public Python {
            Objects.requireNonNull(executable, "executable");
            Objects.requireNonNull(keeper, "keeper");
            libraries = List.copyOf(libraries);
        }

        /**
         * Uses one interpreter with all its packages for both the algorithm and the supervisor.
         *
         * @param interpreter the interpreter that was found
         * @return the interpreters of a run
         */
        public static Python of(PythonInterpreter interpreter) {
            Path executable = interpreter.executable();
            return new Python(executable, executable, interpreter.libraries(), interpreter.userBase());
        }
    }

    /**
     * Runs an algorithm to its end.
     *
     * @param python the interpreters
     * @param inputs the algorithm, the model and the data
     * @param arguments the algorithm's arguments, with the names or paths of datasets
     * @param run the run; the algorithm works in its directory
     * @return the algorithm's output; its files are out of the algorithm's reach and exist as long as the run's
     *     directory
     * @throws TaskFailedException if the algorithm fails; the message contains the end of its output
     * @throws InfrastructureException if the algorithm was killed for an unknown reason in the first attempt, if it
     *     could not be started, or if the disk was full
     * @throws sg.aiverify.worker.failure.RunCancelledException if the run was stopped; no process remains
     * @throws InterruptedException if the thread is interrupted; no process remains
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
                    RunnerRequest.here(inputs, arguments, work, isolation.cutsNetwork())
                            .toJson(run.task()));
        } catch (IOException e) {
            throw DiskFailure.inRunDirectory(work, e);
        }
        if (isolation.leavesFilesOpen()) {
            scripts.restore(); // the previous run could have changed them
        }
        try (Confinement confinement = isolation.confine(run.workDirectory(), work, readable(python, inputs))) {
            return run(python, work, request, confinement, run);
        }
    }

    private AlgorithmOutput run(Python python, Path work, Path request, Confinement confinement, RunContext run)
            throws InterruptedException {
        OutputTail output = new OutputTail(
                line -> run.note(RunNote.output(line)), work.resolve(RunnerRequest.ALGORITHM), scripts.directory());
        RunnerEvents events = new RunnerEvents(clock, run::progress, run::note);
        String executable = python.executable().toString();
        Map<String, String> environment =
                variables.forRun(python.executable(), python.userBase(), work.resolve("home"));
        if (isolation.hasOwnTmp()) {
            environment.put("TMPDIR", "/tmp"); // short, since paths of sockets have at most 107 bytes
        }
        SupervisedProcess.Ending ending = new SupervisedProcess(python.keeper(), scripts)
                .confined(confinement)
                .run(
                        List.of(
                                executable,
                                "-B",
                                scripts.path("runner.py").toString(),
                                "--request",
                                request.toString()),
                        work,
                        environment,
                        events::accept,
                        output,
                        run.cancellation());
        output.end();
        log.debug("The algorithm's process ended with {}; its output ended with:\n{}", ending, output.text());
        Optional<String> excess =
                confinement.isExceeded() || !ending.isSuccess() ? confinement.findExcess() : Optional.empty();
        if (excess.isPresent()) {
            throw new TaskFailedException(FailureText.withOutput(
                    events.withError("Failed to run algorithm: " + excess.get()), output.text()));
        }
        if (confinement.hasMemorySufficed()) {
            events.noteMemorySufficed();
        }
        confinement.findHint().ifPresent(hint -> output.addLine(hint));
        try {
            return events.output(taken(work, events, run), ending, output.text(), run.attempt());
        } catch (TaskFailedException e) {
            String message = String.valueOf(e.getMessage());
            // The next attempt may find space on the worker's disk. An algorithm that fills the disk again fails for
            // good after its last attempt.
            throw DISK_FULL.matcher(message).lookingAt() ? new InfrastructureException(message, e) : e;
        }
    }

    /** Moves the output of the run to a directory that none of its processes can reach. */
    private static Path taken(Path work, RunnerEvents events, RunContext run) {
        Path into = run.workDirectory().resolve("taken");
        List<String> names = new ArrayList<>(List.of(RunnerRequest.RESULT));
        events.artifacts().forEach(name -> names.add(RunnerRequest.ARTIFACTS + "/" + name));
        try {
            TakenFiles.take(work, names, Files.createDirectory(into));
        } catch (IOException e) {
            throw new InfrastructureException(
                    "Could not take the output of the run from " + work + ": " + Reason.of(e), e);
        }
        return TakenFiles.in(into);
    }

    private List<Path> readable(Python python, TestInputs inputs) {
        List<Path> readable = new ArrayList<>(python.libraries());
        readable.add(python.executable());
        readable.add(python.keeper());
        readable.add(scripts.directory());
        readable.add(inputs.algorithm().directory());
        readable.add(inputs.model());
        readable.add(inputs.testDataset());
        inputs.findGroundTruth().ifPresent(truth -> readable.add(truth.dataset()));
        readable.addAll(inputs.argumentDatasets().values());
        return readable;
    }
}
