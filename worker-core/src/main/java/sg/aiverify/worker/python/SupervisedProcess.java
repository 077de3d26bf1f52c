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
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.isolation.Confinement;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.run.internal.DaemonThreads;

/**
 * Runs commands under supervisor.py, which kills all descendants of a command when the command, the run or this worker
 * ends. Immutable; many threads may call {@link #run}.
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
     * Creates an object that runs commands without a sandbox.
     *
     * @param python the interpreter of the supervisor
     * @param scripts contains supervisor.py
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
     * Returns an object that runs commands in a sandbox.
     *
     * @param confinement the sandbox and the limits of one run; a command that exceeds a limit is killed
     * @return a new object that runs the commands of that run
     */
    public SupervisedProcess confined(Confinement confinement) {
        return new SupervisedProcess(python, supervisor, outputGrace, confinement);
    }

    /**
     * The exit code or the signal of a command.
     *
     * @param code the exit code; not used if there is a signal
     * @param signal the signal that killed the command, for example {@code SIGKILL}; null if the command exited
     */
    public record Ending(int code, @Nullable String signal) {
        /**
         * Converts the exit status of a supervisor that was killed before it could report the end of the command.
         *
         * @param status the exit status of the supervisor
         * @return SIGKILL if the supervisor was killed, else its exit code
         */
        public static Ending ofSupervisor(int status) {
            return new Ending(status, status == KILLED ? "SIGKILL" : null);
        }

        /**
         * Returns the signal that killed the command.
         *
         * @return the name of the signal; empty if the command exited
         */
        public Optional<String> findSignal() {
            return Optional.ofNullable(signal);
        }

        /**
         * Checks whether the command succeeded.
         *
         * @return true for exit code 0
         */
        public boolean isSuccess() {
            return signal == null && code == 0;
        }
    }

    /**
     * Runs a command to its end, then ends all its descendants.
     *
     * @param command the program and its arguments
     * @param directory the command's working directory
     * @param environment all environment variables of the command
     * @param onLine called with each line of the standard output, in another thread; lines of more than 1 MiB are left
     *     out
     * @param errors collects the command's standard error
     * @param cancellation the run's cancellation, which kills the command
     * @return the command's exit code or signal
     * @throws RunCancelledException if the command was killed because the run was cancelled; the message contains the
     *     end of the standard error
     * @throws InfrastructureException if the command could not be started
     * @throws InterruptedException if the thread was interrupted; the command was killed
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
        Cancellation.Registration registration = cancellation.onCancel(() -> closeInput(process));
        try {
            await(process, errors, cancellation);
        } catch (InterruptedException e) {
            kill(process);
            if (!cancellation.isCancelled()) {
                throw e;
            }
            // A cancellation also interrupts the run's thread. The code below reports it together with the output.
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
            throw new InfrastructureException("Could not start the interpreter " + python + ": " + Reason.of(e), e);
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
     * Waits for the supervisor's last line, which follows the command's output, even if this output takes long to read.
     * If the supervisor was killed, it writes no last line, and a surviving process may keep the pipe open.
     */
    private void awaitLastLine(Thread lines, SupervisorOutput output, int status) throws InterruptedException {
        do {
            lines.join(outputGrace.toMillis());
        } while (lines.isAlive() && output.ending().isEmpty() && status != KILLED);
    }

    private static void kill(Process process) {
        closeInput(process);
        try {
            if (process.waitFor(KILL_GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }

    /** Closes the supervisor's standard input, so that the supervisor kills the command. */
    private static void closeInput(Process process) {
        try (OutputStream input = process.getOutputStream()) {
            input.flush();
        } catch (IOException e) {
            log.debug("The supervisor's standard input was already closed", e);
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
