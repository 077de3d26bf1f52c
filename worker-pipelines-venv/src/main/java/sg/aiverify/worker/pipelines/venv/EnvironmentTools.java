package sg.aiverify.worker.pipelines.venv;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.python.InstallFailure;
import sg.aiverify.worker.python.OutputTail;
import sg.aiverify.worker.python.PythonInterpreter;
import sg.aiverify.worker.python.PythonScripts;
import sg.aiverify.worker.python.SupervisedProcess;
import sg.aiverify.worker.run.RunContext;

/** The commands that look at, make and fill environments. Thread-safe. */
final class EnvironmentTools {
    /** What every environment must have. */
    static final String ENGINE = "aiverify-test-engine>=2.2";

    private final PythonInterpreter interpreter;
    private final Path environment;
    private final Path requirements;
    private final SupervisedProcess processes;
    private final Map<String, String> variables;
    private final boolean allowSourceBuilds;

    EnvironmentTools(
            PythonInterpreter interpreter,
            PythonScripts coreScripts,
            PythonScripts scripts,
            Map<String, String> variables,
            boolean allowSourceBuilds) {
        this.interpreter = interpreter;
        this.environment = scripts.path("environment.py");
        this.requirements = coreScripts.path("requirements.py");
        this.processes = new SupervisedProcess(interpreter.executable(), coreScripts);
        this.variables = Map.copyOf(variables);
        this.allowSourceBuilds = allowSourceBuilds;
    }

    Requirements requirements(Path pyproject, RunContext run) throws InterruptedException {
        return Requirements.of(script(run, requirements, pyproject.toString(), ENGINE));
    }

    /**
     * Fills an empty directory with a virtual environment that meets all requirements. Once the packages are in it, its
     * interpreter is not started: from then on it runs what strangers wrote, and this is outside any sandbox.
     */
    void build(Path directory, Requirements requirements, RunContext run) throws InterruptedException {
        List<String> create = new ArrayList<>(List.of("create", directory.toString()));
        interpreter.sitePaths().forEach(path -> create.add(path.toString()));
        script(run, environment, create.toArray(String[]::new));
        Path python = directory.resolve("bin").resolve("python");
        install(python, requirements, run);
        script(run, environment, "finish", directory.toString());
    }

    private void install(Path python, Requirements requirements, RunContext run) throws InterruptedException {
        Optional<List<String>> uv = uv(requirements);
        Map<String, String> environment = new TreeMap<>(variables);
        List<String> command = new ArrayList<>();
        Path log = run.workDirectory().resolve("pip.log");
        if (uv.isPresent()) {
            command.addAll(uv.get());
            command.addAll(List.of("pip", "install", "--python", python.toString(), "--link-mode", "copy"));
            command.addAll(List.of("--no-compile-bytecode", "--no-progress", "--color", "never"));
        } else {
            if (!requirements.hasPip()) {
                environment.put("PYTHONPATH", bundledPip(requirements));
            }
            command.addAll(List.of(python.toString(), "-m", "pip", "install", "--no-input", "--no-color"));
            command.addAll(
                    List.of("--disable-pip-version-check", "--no-warn-script-location", "--progress-bar", "off"));
            command.addAll(List.of("--log", log.toString()));
        }
        if (!allowSourceBuilds) {
            command.addAll(List.of("--only-binary", ":all:"));
        }
        command.add("--");
        command.addAll(requirements.declared());
        OutputTail tail = new OutputTail();
        SupervisedProcess.Ending ending = execute(command, environment, tail, run);
        if (!ending.isSuccess()) {
            throw InstallFailure.of(
                    "build virtual environment",
                    uv.isPresent() ? "uv" : "pip",
                    ending,
                    tail.text(),
                    InstallFailure.unreadAddresses(log));
        }
    }

    /**
     * Decides for uv where nothing of what is required is there yet: uv does not look at the packages of the
     * interpreter below and would install all of them again.
     */
    private Optional<List<String>> uv(Requirements requirements) {
        if (requirements.anyPresent()) {
            return Optional.empty();
        }
        if (requirements.hasUv()) {
            return Optional.of(List.of(interpreter.executable().toString(), "-m", "uv"));
        }
        return Stream.of(variables.getOrDefault("PATH", "").split(File.pathSeparator))
                .filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory).resolve("uv"))
                .filter(Files::isExecutable)
                .findFirst()
                .map(path -> List.of(path.toString()));
    }

    private String bundledPip(Requirements requirements) {
        String wheel = requirements.bundledPip();
        if (wheel == null) {
            throw new InfrastructureException("Failed to build virtual environment: the interpreter "
                    + interpreter.executable() + " has neither pip nor ensurepip, and uv is not on the PATH");
        }
        return wheel;
    }

    private JsonObject script(RunContext run, Path script, String... arguments) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(interpreter.executable().toString(), "-B", script.toString()));
        command.addAll(List.of(arguments));
        AtomicReference<@Nullable String> answer = new AtomicReference<>();
        OutputTail errors = new OutputTail();
        SupervisedProcess.Ending ending =
                processes.run(command, run.workDirectory(), variables, answer::set, errors, run.cancellation());
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

    private SupervisedProcess.Ending execute(
            List<String> command, Map<String, String> environment, OutputTail tail, RunContext run)
            throws InterruptedException {
        return processes.run(command, run.workDirectory(), environment, tail::addLine, tail, run.cancellation());
    }
}
