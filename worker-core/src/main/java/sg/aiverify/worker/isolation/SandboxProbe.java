package sg.aiverify.worker.isolation;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.files.internal.DirectoryTree;

/** Tries sandboxes. A Python program in the sandbox must be able to do its work, and must not be able to break out. */
final class SandboxProbe {
    private static final Logger log = LogManager.getLogger(SandboxProbe.class);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int MAX_ANSWER = 600;

    private final HostPython python;
    private final Path directory;

    /**
     * Creates the probe.
     *
     * @param python the interpreter that runs in the sandboxes
     * @param directory the directory for the trials, on the disk of the runs
     */
    SandboxProbe(HostPython python, Path directory) {
        this.python = python;
        this.directory = directory;
    }

    /** An action that uses a new directory, which is deleted afterwards. */
    private interface Trial<T> {
        T run(Path directory) throws IOException, InterruptedException;
    }

    private <T> T in(Trial<T> trial) throws IOException, InterruptedException {
        Path place = Files.createTempDirectory(Files.createDirectories(directory), "sandbox-probe");
        try {
            return trial.run(place.toRealPath());
        } finally {
            DirectoryTree.delete(place);
        }
    }

    /**
     * Tries a sandbox.
     *
     * @param choice the sandbox
     * @return the problem of the sandbox on this machine; empty if it works
     * @throws InterruptedException if the thread is interrupted
     */
    Optional<String> problem(SandboxChoice choice) throws InterruptedException {
        Sandbox sandbox = choice.sandbox();
        if (sandbox == Sandbox.NONE) {
            return Optional.empty();
        }
        if (sandbox == Sandbox.BUBBLEWRAP && choice.bubblewrap().isEmpty()) {
            return Optional.of("the program bwrap is not on the PATH");
        }
        try {
            String answer = in(place -> attempt(choice, place));
            log.debug("Sandbox {}: {}", sandbox, answer);
            return answer.equals("held") ? Optional.empty() : Optional.of(answer);
        } catch (IOException e) {
            return Optional.of("the trial could not start: " + Reason.of(e));
        }
    }

    private String attempt(SandboxChoice choice, Path place) throws IOException, InterruptedException {
        policy(choice, place)
                .readable(python.readable())
                .readable(List.of(place.resolve("shared")))
                .write(place.resolve("policy"));
        String answer = run(place, "breakout.py", List.of(place.toString())).strip();
        return answer.substring(0, Math.min(answer.length(), MAX_ANSWER)).replace('\n', ' ');
    }

    private static Policy policy(SandboxChoice choice, Path place) throws IOException {
        Policy policy = new Policy(choice.sandbox()).own(place, Files.createDirectories(place.resolve("run")));
        choice.apply(policy, List.of());
        return policy;
    }

    /**
     * Lists files that runs can read but should not be able to read.
     *
     * @param choice the sandbox of the runs
     * @param files files that runs should not read
     * @return those of the given files that runs can read; and other files that runs can read only because the kernel
     *     treats them as root
     */
    List<Path> exposed(SandboxChoice choice, Collection<Path> files) {
        try {
            String found = in(place -> {
                Path rules = policy(choice, place).readable(python.readable()).write(place.resolve("policy"));
                Path asked = Files.write(
                        place.resolve("asked"),
                        files.stream().map(FileNames::text).toList());
                return run(place, "exposed.py", List.of(rules.toString(), asked.toString()));
            });
            return found.lines().map(FileNames::of).toList();
        } catch (IOException | InvalidPathException e) {
            log.warn("Could not check which files runs can read: {}", Reason.of(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return List.of();
    }

    private String run(Path place, String script, List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                python.executable().toString(),
                "-I",
                "-S",
                "-B",
                "-Xutf8",
                python.script(script).toString()));
        command.addAll(arguments);
        Path output = place.resolve("answer");
        Process process = new ProcessBuilder(command)
                .directory(place.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try (var input = process.getOutputStream()) {
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                input.flush();
                return "the trial did not end within " + PATIENCE.toSeconds() + " s";
            }
        } finally {
            process.destroyForcibly();
        }
        return new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
    }
}
