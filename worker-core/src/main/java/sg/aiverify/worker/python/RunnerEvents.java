package sg.aiverify.worker.python;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.files.RunFile;
import sg.aiverify.worker.run.RunNote;
import sg.aiverify.worker.stage.AlgorithmOutput;

/**
 * Reads the events of runner.py, one per line, and creates the run's output from them. The lines come from a process
 * with untrusted code, so each value is checked. Thread-safe.
 */
@API(status = EXPERIMENTAL, since = "1.0")
public final class RunnerEvents {
    private static final Logger log = LogManager.getLogger(RunnerEvents.class);
    private static final int MAX_ARTIFACTS = 10_000;
    /** The maximum length of an artifact's name, more than that of any path. Untrusted code chooses the names. */
    private static final int MAX_NAME = 4096;

    /** The maximum number of names in a warning. */
    private static final int MAX_NAMES = 20;

    private static final int MAX_WARNINGS = 50;
    private static final int MAX_WARNING = 4096;

    /** The maximum number of characters in all names together. A small heap must hold the names of several runs. */
    private static final int MAX_LETTERS = 2 * 1024 * 1024;

    private static final String LEFT_OUT =
            "Images of the result were left out, since they are no longer regular files: ";

    private static final String KILLED = "Failed to run algorithm: its process was killed by SIGKILL";

    /** The maximum length of an error. The runner cuts longer texts, but counts code points instead of characters. */
    private static final int MAX_ERROR = 64 * 1024;

    private final Clock clock;
    private final IntConsumer progress;
    private final Consumer<RunNote> notes;
    private final Instant created;
    private boolean started;
    private @Nullable Instant computing;
    private @Nullable Instant computed;
    private final List<String> artifacts = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private int letters;
    private boolean complete;
    private @Nullable String error;
    private boolean memorySufficed;

    /**
     * Creates the reader for one run.
     *
     * @param clock measures the start and the duration of the run
     * @param progress called with the progress in per cent, 0 to 100
     * @param notes called with each warning when the runner has ended
     */
    public RunnerEvents(Clock clock, IntConsumer progress, Consumer<RunNote> notes) {
        this.clock = Objects.requireNonNull(clock, "clock");
        this.progress = Objects.requireNonNull(progress, "progress");
        this.notes = Objects.requireNonNull(notes, "notes");
        this.created = clock.instant();
    }

    /**
     * Reads a line of the runner's standard output; ignores a line that is not an event.
     *
     * @param line the line
     */
    public synchronized void accept(String line) {
        accept(line, clock.instant());
    }

    /**
     * Reads a line that was written earlier.
     *
     * @param line the line
     * @param at the time at which it was written
     */
    public synchronized void accept(String line, Instant at) {
        try {
            JsonObject event = JsonParser.parseString(line).getAsJsonObject();
            switch (event.get("event").getAsString()) {
                case "started" -> started = true;
                case "computing" -> computing = at;
                case "computed" -> computed = at;
                case "progress" -> {
                    int percent = event.get("percent").getAsInt();
                    if (percent >= 0 && percent <= 100) {
                        progress.accept(percent);
                    }
                }
                case "artifact" -> artifact(event.get("name").getAsString());
                case "warning" -> warning(event.get("text").getAsString());
                case "result" -> complete = true;
                case "error" -> {
                    String text = event.get("text").getAsString();
                    String shortened = CachePaths.shortened(text);
                    error = text.length() < MAX_ERROR ? shortened : FailureText.endIsCut(shortened);
                }
                default -> log.debug("Unknown event: {}", line);
            }
        } catch (RuntimeException e) { // for an unexpected value, Gson throws several kinds of exceptions
            log.debug("Not an event: {}", line, e);
        }
    }

    private void artifact(String name) {
        if (name.length() > MAX_NAME) {
            log.debug("Left out an artifact whose name has {} characters", name.length());
        } else if (!hasTooMany()) {
            artifacts.add(name);
            letters += name.length();
        }
    }

    private void warning(String text) {
        if (warnings.size() < MAX_WARNINGS) {
            warnings.add(bounded(CachePaths.shortened(text)));
        }
    }

    private static String bounded(String warning) {
        return warning.length() < MAX_WARNING ? warning : FailureText.endIsCut(warning.substring(0, MAX_WARNING));
    }

    /**
     * Lists the warnings for the submitter that have arrived so far: up to 50 texts of up to 4,096 characters.
     *
     * @return sentences, which may come from untrusted code
     */
    public synchronized List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** Notes that no process was killed for lack of memory. Without this call, lack of memory is a possible cause. */
    public synchronized void noteMemorySufficed() {
        memorySufficed = true;
    }

    /**
     * Adds the runner's error to a sentence with the cause of a failure.
     *
     * @param sentence the cause of the failure
     * @return the sentence, followed by the runner's error and its traceback on separate lines if there is one
     */
    public synchronized String withError(String sentence) {
        return error == null ? sentence : sentence + "\n" + error;
    }

    /**
     * Removes the line that the process was killed, for a caller that killed the process and reports the reason.
     *
     * @param failure the message of an exception of {@link #output}
     * @return the message without this line, or the whole message of another failure
     */
    static String withoutKill(String failure) {
        return failure.startsWith(KILLED) ? failure.replaceFirst(".*\\R?", "") : failure;
    }

    private boolean hasTooMany() {
        return artifacts.size() > MAX_ARTIFACTS || letters > MAX_LETTERS;
    }

    /**
     * Lists the artifacts that have arrived so far, for a worker that must fetch them from the runner's machine.
     *
     * @return names below the runner's {@link RunnerRequest#ARTIFACTS}, unchecked
     */
    public synchronized List<String> artifacts() {
        return List.copyOf(artifacts);
    }

    /**
     * Returns the algorithm's output, after the runner has ended. Adds the warnings to the run's notes.
     *
     * @param work the directory with the files that were taken from the run; the run can no longer change these files
     * @param ending the exit code or the signal of the runner
     * @param output the end of the runner's standard error
     * @param attempt the number of the delivery attempt, from 1
     * @return output and artifacts; artifacts that are not regular files inside their directory are left out
     * @throws TaskFailedException if the algorithm failed
     * @throws InfrastructureException if the runner was killed for an unknown reason in the first attempt, or Python
     *     did not start
     */
    public synchronized AlgorithmOutput output(Path work, SupervisedProcess.Ending ending, String output, int attempt) {
        warnings.forEach(text -> notes.accept(RunNote.warning(text)));
        if (!complete) {
            throw failure(ending, output, attempt);
        }
        if (hasTooMany()) {
            throw new TaskFailedException("Failed to run algorithm: its result has more than " + MAX_ARTIFACTS
                    + " images, or their names have more than " + MAX_LETTERS + " characters in total");
        }
        if (!exists(work, RunnerRequest.RESULT)) {
            throw new TaskFailedException("Output zip not generated: the algorithm removed its result");
        }
        List<String> kept = new ArrayList<>(artifacts);
        kept.removeIf(name -> !exists(work, RunnerRequest.ARTIFACTS + "/" + name));
        noteMissing(kept);
        Instant start = computing == null ? created : computing;
        Instant end = computed == null ? clock.instant() : computed;
        Duration taken = Duration.between(start, end);
        return new AlgorithmOutput(
                work.resolve(RunnerRequest.RESULT),
                work.resolve(RunnerRequest.ARTIFACTS),
                kept,
                start,
                taken.isNegative() ? Duration.ZERO : taken);
    }

    /** Warns of artifacts that a process of the algorithm removed or replaced after the runner had reported them. */
    private void noteMissing(List<String> kept) {
        Set<String> missing = new LinkedHashSet<>(artifacts);
        kept.forEach(missing::remove);
        if (!missing.isEmpty()) {
            String more = missing.size() > MAX_NAMES ? " and " + (missing.size() - MAX_NAMES) + " more" : "";
            String text = missing.stream()
                    .limit(MAX_NAMES)
                    .map(name -> "'" + name + "'")
                    .collect(Collectors.joining(", ", LEFT_OUT, more));
            notes.accept(RunNote.warning(bounded(text)));
        }
    }

    private static boolean exists(Path work, String name) {
        try {
            return RunFile.exists(work, name);
        } catch (IOException e) {
            throw new InfrastructureException(
                    "Could not read the output of the run in " + work + ": " + Reason.of(e), e);
        }
    }

    /**
     * Explains why a run that was killed is not retried. After the first attempt, such a run is retried, since the
     * cause may be temporary.
     *
     * @param attempt the number of the delivery attempt, from 1
     * @return the end of a sentence; empty if the run is retried
     */
    public static String notAgain(int attempt) {
        return attempt > 1 ? "; not retried, since this was attempt " + attempt : "";
    }

    private StageException failure(SupervisedProcess.Ending ending, String output, int attempt) {
        if (error != null) {
            return new TaskFailedException(FailureText.withOutput("Failed to run algorithm: " + error, output));
        }
        if ("SIGKILL".equals(ending.signal())) {
            String text = FailureText.withOutput(
                    KILLED + ", sent by the algorithm or by another process"
                            + (memorySufficed
                                    ? "; its memory did not run out"
                                    : ", or by the system because the machine's memory ran out; the cause is not known")
                            + notAgain(attempt),
                    output);
            return attempt > 1 ? new TaskFailedException(text) : new InfrastructureException(text);
        }
        if (ending.signal() != null) {
            return new TaskFailedException(FailureText.withOutput(
                    "Failed to run algorithm: its process was killed by " + ending.signal(), output));
        }
        if (!started) {
            return new InfrastructureException(FailureText.withOutput(
                    "Unexpected error during algorithm execute: Python ended with exit code " + ending.code()
                            + " before it started the algorithm",
                    output));
        }
        return new TaskFailedException(FailureText.withOutput(
                (ending.isSuccess() ? "Output zip not generated: " : "Error executing algorithm: ")
                        + "the process exited with code " + ending.code()
                        + " before it returned a result",
                output));
    }
}
