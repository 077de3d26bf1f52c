package sg.aiverify.worker.python;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.isolation.Confinement;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.run.internal.DaemonThreads;

/**
 * A command under supervisor.py: whatever it starts ends with it, with the run, or with this worker. Immutable;
 * {@link #run} may be called by many threads.
 */
@API(status = EXPERIMENTAL, since = "1.0")
public final class SupervisedProcess {
    private static final Logger log = LogManager.getLogger(SupervisedProcess.class);
    private static final int BUFFER_BYTES = 16 * 1024;
    private static final Duration KILL_GRACE = Duration.ofSeconds(5);
    private static final int KILLED = 128 + 9;
    private static final Duration OUTPUT_GRACE = Duration.ofSeconds(2);

    private final Path python;
    private final Path supervisor;
    private final Duration outputGrace;
    private final @Nullable Confinement confinement;

    /**
     * Creates the way to run commands.
     *
     * @param python the interpreter that the supervisor itself runs in
     * @param scripts holds supervisor.py
     */
    public SupervisedProcess(Path python, PythonScripts scripts) {
        this(python, scripts, OUTPUT_GRACE);
    }

    SupervisedProcess(Path python, PythonScripts scripts, Duration outputGrace) {
        this(python, scripts.path("supervisor.py"), outputGrace, null);
    }

    private SupervisedProcess(Path python, Path supervisor, Duration outputGrace, @Nullable Confinement confinement) {
        this.outputGrace = outputGrace;
        this.python = python;
        this.supervisor = supervisor;
        this.confinement = confinement;
    }

    /**
     * Locks commands in.
     *
     * @param confinement the sandbox and the limits of one run; over those the command is killed
     * @return another way to run commands, for that run
     */
    public SupervisedProcess confined(Confinement confinement) {
        return new SupervisedProcess(python, supervisor, outputGrace, confinement);
    }

    /**
     * How a command ended.
     *
     * @param code its exit code; meaningless if there is a signal
     * @param signal the name of the signal that killed it, for example {@code SIGKILL}; null if none did
     */
    public record Ending(int code, @Nullable String signal) {
        /**
         * Takes the exit status of a supervisor that was killed before it could tell how the command ended.
         *
         * @param status the supervisor's own
         * @return all that is left to tell
         */
        public static Ending ofSupervisor(int status) {
            return new Ending(status, status == KILLED ? "SIGKILL" : null);
        }

        /**
         * Gives the signal that killed the command.
         *
         * @return empty if it ended by itself
         */
        public Optional<String> findSignal() {
            return Optional.ofNullable(signal);
        }

        /**
         * Tells whether it ended well.
         *
         * @return true for exit code 0
         */
        public boolean isSuccess() {
            return signal == null && code == 0;
        }
    }

    /**
     * Runs a command to its end and everything it left behind to theirs.
     *
     * @param command program and arguments
     * @param directory its working directory
     * @param environment its whole environment
     * @param onLine gets each line of its standard output, in a thread of its own; over-long ones are left out
     * @param errors gets its standard error
     * @param cancellation kills it
     * @return how it ended
     * @throws RunCancelledException if it was killed because the run must stop; it holds the end of the standard error
     * @throws InfrastructureException if it could not be started
     * @throws InterruptedException if the thread was interrupted; the command is dead then
     */
    public Ending run(
            List<String> command,
            Path directory,
            Map<String, String> environment,
            Consumer<String> onLine,
            OutputTail errors,
            Cancellation cancellation)
            throws InterruptedException {
        cancellation.throwIfCancelled();
        Process process = start(command, directory, environment);
        SupervisorOutput output = new SupervisorOutput(onLine);
        Thread lines = DaemonThreads.start("python-output", () -> copy(process.getInputStream(), output));
        Thread tail = DaemonThreads.start("python-errors", () -> readAll(process.getErrorStream(), errors));
        Cancellation.Registration registration = cancellation.onCancel(() -> cutLifeline(process));
        try {
            await(process, errors, cancellation);
        } catch (InterruptedException e) {
            kill(process);
            if (!cancellation.isCancelled()) {
                throw e;
            }
            // Stopping a run interrupts its thread as well; what was written tells where it was.
        } finally {
            registration.close();
        }
        awaitLastLine(lines, output, process.exitValue());
        tail.join(outputGrace.toMillis());
        cancellation.reason().ifPresent(reason -> {
            throw RunCancelledException.withOutput("the run was stopped: " + reason, errors.text());
        });
        if (confinement != null) {
            output.filesProblem().ifPresent(confinement::noteFiles);
        }
        return output.ending().orElseGet(() -> Ending.ofSupervisor(process.exitValue()));
    }

    private Process start(List<String> command, Path directory, Map<String, String> environment) {
        List<String> whole =
                new ArrayList<>(List.of(python.toString(), "-I", "-S", "-B", "-Xutf8", supervisor.toString()));
        if (confinement != null) {
            whole.addAll(List.of("--policy", confinement.policy().toString()));
        }
        whole.addAll(command);
        ProcessBuilder builder = ProgramStart.prepare(whole, environment).directory(directory.toFile());
        try {
            return builder.start();
        } catch (IOException e) {
            throw new InfrastructureException("The interpreter " + python + " cannot be started", e);
        }
    }

    private static void await(Process process, OutputTail errors, Cancellation cancellation)
            throws InterruptedException {
        long killedSince = 0;
        while (!process.waitFor(500, TimeUnit.MILLISECONDS)) {
            errors.flushPending();
            if (cancellation.isCancelled()) {
                killedSince = killedSince == 0 ? System.nanoTime() : killedSince;
                if (System.nanoTime() - killedSince > KILL_GRACE.toNanos()) {
                    process.destroyForcibly();
                }
            }
        }
    }

    /**
     * What the command wrote comes before the supervisor's last line, however long it takes to be understood. None
     * comes from a supervisor that was killed; a process that survives it may hold the pipe open.
     */
    private void awaitLastLine(Thread lines, SupervisorOutput output, int status) throws InterruptedException {
        do {
            lines.join(outputGrace.toMillis());
        } while (lines.isAlive() && output.ending().isEmpty() && status != KILLED);
    }

    private static void kill(Process process) {
        cutLifeline(process);
        try {
            if (process.waitFor(KILL_GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }

    private static void cutLifeline(Process process) {
        try (OutputStream lifeline = process.getOutputStream()) {
            lifeline.flush();
        } catch (IOException e) {
            log.debug("The lifeline was cut already", e);
        }
    }

    private static void readAll(InputStream stream, OutputTail tail) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            for (int count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
                tail.add(buffer, count);
            }
        } catch (IOException e) {
            log.debug("The output ended", e);
        }
    }

    private static void copy(InputStream stream, OutputStream target) {
        try (target) {
            stream.transferTo(target);
        } catch (IOException e) {
            log.debug("The output ended", e);
        }
    }
}
