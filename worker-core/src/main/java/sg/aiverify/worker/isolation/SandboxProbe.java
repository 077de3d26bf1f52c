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

/** Tries sandboxes for real: a Python in one must do its work, and must fail to break out. */
final class SandboxProbe {
    private static final Logger log = LogManager.getLogger(SandboxProbe.class);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int MAX_ANSWER = 600;

    private final HostPython python;
    private final Path directory;

    /**
     * Creates the probe.
     *
     * @param python runs in the sandboxes
     * @param directory where to work, on the disk of the runs
     */
    SandboxProbe(HostPython python, Path directory) {
        this.python = python;
        this.directory = directory;
    }

    /** Does something in a directory of its own, which is gone afterwards. */
    private interface Scene<T> {
        T play(Path directory) throws IOException, InterruptedException;
    }

    private <T> T in(Scene<T> scene) throws IOException, InterruptedException {
        Path place = Files.createTempDirectory(Files.createDirectories(directory), "sandbox-probe");
        try {
            return scene.play(place.toRealPath());
        } finally {
            DirectoryTree.delete(place);
        }
    }

    /**
     * Tries a sandbox.
     *
     * @param choice which, and how
     * @return what is wrong with it here; empty if it holds
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
            String answer = in(scene -> attempt(choice, scene));
            log.debug("Sandbox {}: {}", sandbox, answer);
            return answer.equals("held") ? Optional.empty() : Optional.of(answer);
        } catch (IOException e) {
            return Optional.of("it could not be tried: " + Reason.of(e));
        }
    }

    private String attempt(SandboxChoice choice, Path scene) throws IOException, InterruptedException {
        policy(choice, scene)
                .readable(python.readable())
                .readable(List.of(scene.resolve("shared")))
                .write(scene.resolve("policy"));
        String answer = run(scene, "breakout.py", List.of(scene.toString())).strip();
        return answer.substring(0, Math.min(answer.length(), MAX_ANSWER)).replace('\n', ' ');
    }

    private static Policy policy(SandboxChoice choice, Path scene) throws IOException {
        Policy policy = new Policy(choice.sandbox()).own(scene, Files.createDirectories(scene.resolve("run")));
        choice.apply(policy, List.of());
        return policy;
    }

    /**
     * Lists what runs can read and should not.
     *
     * @param choice how they are locked in
     * @param files what they should not read
     * @return those of the files that they can, and those that they reach only because they are root for the kernel
     */
    List<Path> exposed(SandboxChoice choice, Collection<Path> files) {
        try {
            String found = in(scene -> {
                Path rules = policy(choice, scene).readable(python.readable()).write(scene.resolve("policy"));
                Path asked = Files.write(
                        scene.resolve("asked"),
                        files.stream().map(FileNames::text).toList());
                return run(scene, "exposed.py", List.of(rules.toString(), asked.toString()));
            });
            return found.lines().map(FileNames::of).toList();
        } catch (IOException | InvalidPathException e) {
            log.warn("What runs can read was not looked at: {}", Reason.of(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return List.of();
    }

    private String run(Path scene, String script, List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                python.executable().toString(),
                "-I",
                "-S",
                "-B",
                "-Xutf8",
                python.script(script).toString()));
        command.addAll(arguments);
        Path output = scene.resolve("answer");
        Process process = new ProcessBuilder(command)
                .directory(scene.toFile())
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
