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
import sg.aiverify.worker.files.internal.DiskFailure;
import sg.aiverify.worker.python.Installation;
import sg.aiverify.worker.python.OutputTail;
import sg.aiverify.worker.python.PackageIndexes;
import sg.aiverify.worker.python.PackageInstaller;
import sg.aiverify.worker.python.PythonInterpreter;
import sg.aiverify.worker.python.PythonScripts;
import sg.aiverify.worker.python.SupervisedProcess;
import sg.aiverify.worker.run.RunContext;

/** Checks requirements, and creates and fills environments. Thread-safe. */
final class EnvironmentTools {
    /** The requirement that every environment must meet. */
    static final String TEST_ENGINE = "aiverify-test-engine>=2.2";

    /** Runs a command to its end, in the sandbox of an installation or without a sandbox. */
    @FunctionalInterface
    private interface Runner {
        SupervisedProcess.Ending run(List<String> command, Consumer<String> onLine, OutputTail errors)
                throws InterruptedException;
    }

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
        return Requirements.of(runScript(
                requirements,
                arguments,
                (command, onLine, errors) -> processes.run(
                        command, run.workDirectory(), installer.variables(), onLine, errors, run.cancellation())));
    }

    /** Returns the file. If its name cannot be passed to a program, returns a link to the file. */
    private static Path passable(Path file, RunContext run) {
        if (FileNames.isPassable(file.toString())) {
            return file;
        }
        Path link = run.workDirectory().resolve("link-" + UUID.randomUUID());
        try {
            return Files.createSymbolicLink(link, file);
        } catch (IOException e) {
            throw DiskFailure.inRunDirectory(run.workDirectory(), e);
        }
    }

    /**
     * Fills an empty directory with a virtual environment that meets all requirements. After packages are installed,
     * the environment's interpreter is not started, since it would run third-party code.
     */
    void build(Path directory, Requirements requirements, RunContext run) throws IOException, InterruptedException {
        List<Path> readable = new ArrayList<>(List.of(environment.getParent()));
        if (requirements.bundledPip() != null) {
            readable.add(FileNames.of(requirements.bundledPip()));
        }
        try (Installation installation = installer.open(interpreter, directory, readable, run)) {
            List<String> create = new ArrayList<>(List.of("create", directory.toString()));
            interpreter.sitePaths().forEach(path -> create.add(path.toString()));
            runScript(environment, create, inside(installation));
            EnvironmentLinks links = EnvironmentLinks.of(directory);
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory);
            install(
                    directory.resolve("bin").resolve("python"),
                    requirements,
                    chooseUv(requirements, installation),
                    installation);
            runScript(environment, List.of("finish", directory.toString()), inside(installation));
            links.refuseOthers();
            openToRuns(directory, permissions);
        }
    }

    /**
     * Restores read access, which code of a build may have removed. Otherwise only runs of root could read the files.
     */
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
            Optional<Path> bundled =
                    requirements.hasPip() ? Optional.empty() : Optional.of(FileNames.of(bundledPip(requirements)));
            command.addAll(installation.pip(python, "install", bundled));
            // environment.py compiles the packages, with a memory limit.
            command.addAll(List.of("--no-warn-script-location", "--no-compile"));
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
     * Chooses uv if the interpreter has none of the required packages. Otherwise pip is faster: uv ignores the packages
     * of the base interpreter and would install all of them again. Package indexes that are set for only one of the
     * tools take precedence.
     */
    private static Optional<List<String>> chooseUv(Requirements requirements, Installation installation) {
        PackageIndexes indexes = installation.indexes();
        Optional<List<String>> uv = installation.uv();
        indexes.problem(uv.isPresent()).ifPresent(problem -> {
            throw new InfrastructureException("Failed to build virtual environment: " + problem);
        });
        boolean pip = indexes.pipCan(uv.isPresent());
        boolean usePip = requirements.anyPresent() ? pip : !indexes.uvCan(uv.isPresent());
        return usePip ? Optional.empty() : uv;
    }

    private String bundledPip(Requirements requirements) {
        String wheel = requirements.bundledPip();
        if (wheel == null) {
            throw new InfrastructureException("Failed to build virtual environment: the interpreter "
                    + interpreter.executable() + " has neither pip nor ensurepip");
        }
        return wheel;
    }

    private JsonObject runScript(Path script, List<String> arguments, Runner runner) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(interpreter.executable().toString(), "-B", script.toString()));
        command.addAll(arguments);
        AtomicReference<@Nullable String> response = new AtomicReference<>();
        OutputTail errors = new OutputTail();
        SupervisedProcess.Ending ending = runner.run(command, response::set, errors);
        String line = response.get();
        try {
            if (ending.isSuccess() && line != null) {
                JsonObject object = JsonParser.parseString(line).getAsJsonObject();
                if (object.has("problem")) {
                    throw new TaskFailedException("Failed to build virtual environment: "
                            + object.get("problem").getAsString());
                }
                return object;
            }
        } catch (JsonParseException | IllegalStateException e) {
            errors.addLine(line);
        }
        throw new InfrastructureException(FailureText.withOutput(
                "Unexpected error during virtual environment build: " + script.getFileName() + " ended with " + ending,
                errors.text()));
    }
}
