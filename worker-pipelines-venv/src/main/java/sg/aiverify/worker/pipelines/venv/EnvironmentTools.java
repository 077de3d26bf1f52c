package sg.aiverify.worker.pipelines.venv;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.python.Installation;
import sg.aiverify.worker.python.OutputTail;
import sg.aiverify.worker.python.PackageIndexes;
import sg.aiverify.worker.python.PackageInstaller;
import sg.aiverify.worker.python.PythonInterpreter;
import sg.aiverify.worker.python.PythonScripts;
import sg.aiverify.worker.python.SupervisedProcess;
import sg.aiverify.worker.run.RunContext;

/** The commands that look at, make and fill environments. Thread-safe. */
final class EnvironmentTools {
    /** What every environment must have. */
    static final String TEST_ENGINE = "aiverify-test-engine>=2.2";

    private final PythonInterpreter interpreter;
    private final Path environment;
    private final Path requirements;
    private final SupervisedProcess processes;
    private final PackageInstaller installer;

    EnvironmentTools(
            PythonInterpreter interpreter,
            PythonScripts coreScripts,
            PythonScripts scripts,
            PackageInstaller installer) {
        this.interpreter = interpreter;
        this.environment = scripts.path("environment.py");
        this.requirements = coreScripts.path("requirements.py");
        this.processes = new SupervisedProcess(interpreter.executable(), coreScripts);
        this.installer = installer;
    }

    Requirements requirements(Path pyproject, RunContext run) throws InterruptedException {
        List<String> arguments = List.of(passable(pyproject, run).toString(), TEST_ENGINE);
        return Requirements.of(script(
                requirements,
                arguments,
                (command, onLine, errors) -> processes.run(
                        command, run.workDirectory(), installer.variables(), onLine, errors, run.cancellation())));
    }

    /** Gives a file another name if its own does not reach a program. */
    private static Path passable(Path file, RunContext run) {
        if (FileNames.isPassable(file.toString())) {
            return file;
        }
        Path link = run.workDirectory().resolve("link-" + UUID.randomUUID());
        try {
            return Files.createSymbolicLink(link, file);
        } catch (IOException e) {
            throw new InfrastructureException("The run's directory " + run.workDirectory() + " cannot be written", e);
        }
    }

    /**
     * Fills an empty directory with a virtual environment that meets all requirements. Once the packages are in it, its
     * interpreter is not started: from then on it runs what strangers wrote.
     */
    void build(Path directory, Requirements requirements, RunContext run) throws IOException, InterruptedException {
        List<Path> readable = new ArrayList<>(List.of(environment.getParent()));
        if (requirements.bundledPip() != null) {
            readable.add(FileNames.of(requirements.bundledPip()));
        }
        try (Installation installation = installer.open(interpreter, directory, readable, run)) {
            List<String> create = new ArrayList<>(List.of("create", directory.toString()));
            interpreter.sitePaths().forEach(path -> create.add(path.toString()));
            script(environment, create, inside(installation));
            EnvironmentLinks links = EnvironmentLinks.of(directory);
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory);
            install(
                    directory.resolve("bin").resolve("python"),
                    requirements,
                    uv(requirements, installation),
                    installation);
            script(environment, List.of("finish", directory.toString()), inside(installation));
            links.refuseOthers();
            openToRuns(directory, permissions);
        }
    }

    /** What is built could keep others from reading it: to read it, runs would be root for the kernel. */
    private static void openToRuns(Path directory, Set<PosixFilePermission> permissions) throws IOException {
        Files.setPosixFilePermissions(directory, permissions);
        Path python = directory.resolve("bin").resolve("python");
        if (Files.isRegularFile(python, LinkOption.NOFOLLOW_LINKS)) {
            Files.setPosixFilePermissions(python, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    private static Runner inside(Installation installation) {
        return installation::run;
    }

    private void install(Path python, Requirements requirements, Optional<List<String>> uv, Installation installation)
            throws InterruptedException {
        List<String> command = new ArrayList<>();
        if (uv.isPresent()) {
            command.addAll(uv.get());
            command.addAll(List.of("pip", "install", "--python", python.toString(), "--link-mode", "copy"));
            command.addAll(List.of("--no-compile-bytecode", "--no-progress", "--color", "never"));
            command.addAll(installation.wheelsOnly());
        } else {
            Optional<Path> place =
                    requirements.hasPip() ? Optional.empty() : Optional.of(FileNames.of(bundledPip(requirements)));
            command.addAll(installation.pip(python, "install", place));
            command.addAll(List.of("--no-warn-script-location", "--no-compile")); // environment.py does, with a limit
        }
        command.add("--");
        command.addAll(requirements.declared());
        OutputTail tail = new OutputTail();
        SupervisedProcess.Ending ending = installation.run(command, tail::addLine, tail);
        if (!ending.isSuccess()) {
            String tool = uv.isPresent() ? "uv" : "pip";
            throw installation.failure("build virtual environment", tool, ending, tail.text());
        }
    }

    /**
     * Decides for uv where nothing of what is required is there yet: uv does not look at the packages of the
     * interpreter below and would install all of them again. Where the tools have settings of their own, these decide.
     */
    private static Optional<List<String>> uv(Requirements requirements, Installation installation) {
        PackageIndexes indexes = installation.indexes();
        Optional<List<String>> uv = installation.uv();
        indexes.problem(uv.isPresent()).ifPresent(problem -> {
            throw new InfrastructureException("Failed to build virtual environment: " + problem);
        });
        boolean pip = indexes.pipCan(uv.isPresent());
        boolean isPipsTurn = requirements.anyPresent() ? pip : !indexes.uvCan(uv.isPresent());
        return isPipsTurn ? Optional.empty() : uv;
    }

    private String bundledPip(Requirements requirements) {
        String wheel = requirements.bundledPip();
        if (wheel == null) {
            throw new InfrastructureException("Failed to build virtual environment: the interpreter "
                    + interpreter.executable() + " has neither pip nor ensurepip");
        }
        return wheel;
    }

    /** Runs a command to its end, in the sandbox of an installation or outside. */
    @FunctionalInterface
    private interface Runner {
        SupervisedProcess.Ending run(List<String> command, Consumer<String> onLine, OutputTail errors)
                throws InterruptedException;
    }

    private JsonObject script(Path script, List<String> arguments, Runner runner) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(interpreter.executable().toString(), "-B", script.toString()));
        command.addAll(arguments);
        AtomicReference<@Nullable String> answer = new AtomicReference<>();
        OutputTail errors = new OutputTail();
        SupervisedProcess.Ending ending = runner.run(command, answer::set, errors);
        String line = answer.get();
        try {
            if (ending.isSuccess() && line != null) {
                JsonObject told = JsonParser.parseString(line).getAsJsonObject();
                if (told.has("problem")) {
                    throw new TaskFailedException("Failed to build virtual environment: "
                            + told.get("problem").getAsString());
                }
                return told;
            }
        } catch (JsonParseException | IllegalStateException e) {
            errors.addLine(line);
        }
        throw new InfrastructureException(FailureText.withOutput(
                "Unexpected error during virtual environment build: " + script.getFileName() + " ended with " + ending,
                errors.text()));
    }
}
