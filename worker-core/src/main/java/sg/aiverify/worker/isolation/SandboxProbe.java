package sg.aiverify.worker.isolation;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.cache.DirectoryTree;

/** Tries sandboxes for real: a Python in one must do its work, and must fail to break out. */
final class SandboxProbe {
    private static final Logger log = LogManager.getLogger(SandboxProbe.class);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int MAX_ANSWER = 600;

    private final HostPython python;
    private final Path directory;
    private final Optional<Path> bubblewrap;

    /**
     * Creates the probe.
     *
     * @param python runs in the sandboxes
     * @param directory where to work, on the disk of the runs
     * @param bubblewrap the program, if there is one
     */
    SandboxProbe(HostPython python, Path directory, Optional<Path> bubblewrap) {
        this.python = python;
        this.directory = directory;
        this.bubblewrap = bubblewrap;
    }

    /**
     * Tries a sandbox.
     *
     * @param sandbox which
     * @return what is wrong with it here; empty if it holds
     * @throws InterruptedException if the thread is interrupted
     */
    Optional<String> problem(Sandbox sandbox) throws InterruptedException {
        if (sandbox == Sandbox.NONE) {
            return Optional.empty();
        }
        if (sandbox == Sandbox.BUBBLEWRAP && bubblewrap.isEmpty()) {
            return Optional.of("the program bwrap is not on the PATH");
        }
        try {
            Path scene = Files.createTempDirectory(Files.createDirectories(directory), "sandbox-probe");
            try {
                String answer = attempt(sandbox, scene.toRealPath());
                log.debug("Sandbox {}: {}", sandbox, answer);
                return answer.equals("held") ? Optional.empty() : Optional.of(answer);
            } finally {
                DirectoryTree.delete(scene);
            }
        } catch (IOException e) {
            return Optional.of("it could not be tried: " + e);
        }
    }

    private String attempt(Sandbox sandbox, Path scene) throws IOException, InterruptedException {
        Policy policy = new Policy(sandbox).own(scene, Files.createDirectories(scene.resolve("run")));
        bubblewrap.ifPresent(program -> policy.rule("bubblewrap", program));
        policy.readable(python.readable())
                .readable(List.of(scene.resolve("shared")))
                .write(scene.resolve("policy"));
        List<String> command = new ArrayList<>(List.of(
                python.executable().toString(),
                "-I",
                "-S",
                "-B",
                python.script("breakout.py").toString(),
                scene.toString()));
        if (!sandbox.hasNamespaces()) {
            command.add("no-modes");
        }
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
        String answer = Files.readString(output, StandardCharsets.ISO_8859_1).strip();
        return answer.substring(0, Math.min(answer.length(), MAX_ANSWER)).replace('\n', ' ');
    }
}
