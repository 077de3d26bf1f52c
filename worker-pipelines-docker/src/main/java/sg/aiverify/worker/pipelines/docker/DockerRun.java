package sg.aiverify.worker.pipelines.docker;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.pipeline.AlgorithmOutput;
import sg.aiverify.worker.pipeline.ArgumentDatasets;
import sg.aiverify.worker.pipeline.ExecutePipe;
import sg.aiverify.worker.pipeline.Execution;
import sg.aiverify.worker.pipeline.ImageEnvironment;
import sg.aiverify.worker.pipeline.TestInputs;
import sg.aiverify.worker.python.PythonScripts;
import sg.aiverify.worker.python.RunVariables;
import sg.aiverify.worker.python.RunnerRequest;
import sg.aiverify.worker.run.RunContext;

/** Runs algorithms, each in a container of its own. */
final class DockerRun implements ExecutePipe<ImageEnvironment> {
    private static final String HOME = RunVolumes.WORK + "/home";
    private static final String REQUEST = RunVolumes.INPUTS + "/request.json";
    private final DockerEngine engine;
    private final DockerSettings settings;
    private final Household household;
    private final PythonScripts scripts;
    private final RunVariables variables;
    private final Clock clock;

    DockerRun(
            DockerEngine engine,
            DockerSettings settings,
            Household household,
            PythonScripts scripts,
            RunVariables variables,
            Clock clock) {
        this.engine = engine;
        this.settings = settings;
        this.household = household;
        this.scripts = scripts;
        this.variables = variables;
        this.clock = clock;
    }

    @Override
    public Class<ImageEnvironment> environmentType() {
        return ImageEnvironment.class;
    }

    @Override
    public AlgorithmOutput execute(Execution<ImageEnvironment> execution, RunContext run) throws InterruptedException {
        run.cancellation().throwIfCancelled();
        ImageEnvironment image = execution.environment();
        InputPaths paths = new InputPaths();
        String request = request(execution, paths).toJson(run.task()).toString();
        String instance = household.claim(image.reference());
        Path directory = directory(run);
        try (RunVolumes volumes = RunVolumes.filled(
                engine, image.reference(), instance, run.task().id(), entries -> write(entries, request, paths))) {
            return new ContainerRun(engine, settings, run, clock)
                    .execute(image, volumes, command(image.python()), variables(image.python()), instance, directory);
        }
    }

    private static RunnerRequest request(Execution<ImageEnvironment> execution, InputPaths paths) {
        TestInputs inputs = execution.inputs();
        String data = paths.of(inputs.testDataset());
        String model = paths.of(inputs.model());
        TestInputs.@Nullable GroundTruth truth = inputs.groundTruth();
        String truthData = truth == null ? null : paths.of(truth.dataset());
        JsonObject arguments = ArgumentDatasets.replace(execution.arguments(), name -> {
            Path path = inputs.argumentDatasets().get(name);
            if (path == null) {
                throw new TaskFailedException(
                        "The arguments name the dataset '" + name + "', which was not downloaded");
            }
            return paths.of(path);
        });
        return new RunnerRequest(
                ImageEnvironment.ALGORITHM,
                data,
                model,
                truthData,
                truth == null ? null : truth.column(),
                arguments,
                RunVolumes.WORK);
    }

    private void write(TarSource.Entries entries, String request, InputPaths paths) throws IOException {
        String inputs = RunVolumes.INPUTS.substring(1);
        entries.directory(inputs, 0, 0);
        entries.text(REQUEST.substring(1), request);
        entries.tree(inputs + "/runner", scripts.directory());
        for (Map.Entry<Path, String> file : paths.all().entrySet()) {
            String name = file.getValue().substring(1);
            entries.directory(name.substring(0, name.lastIndexOf('/')), 0, 0);
            entries.tree(name, file.getKey());
        }
        for (String own : List.of(RunVolumes.WORK, HOME, HOME + "/tmp", HOME + "/cache")) {
            entries.directory(own.substring(1), settings.uid(), settings.gid());
        }
    }

    private static List<String> command(String python) {
        String runner = RunVolumes.INPUTS + "/runner/";
        return List.of(
                python,
                "-I",
                "-S",
                "-B",
                runner + "supervisor.py",
                python,
                "-B",
                runner + "runner.py",
                "--request",
                REQUEST);
    }

    private Map<String, String> variables(String python) {
        Map<String, String> all = variables.forRun(Path.of(python), null, Path.of(HOME));
        all.put("TMPDIR", "/tmp");
        return all;
    }

    private static Path directory(RunContext run) {
        try {
            return Files.createDirectories(run.workDirectory().resolve("docker"));
        } catch (IOException e) {
            throw new InfrastructureException("The run's directory " + run.workDirectory() + " cannot be written", e);
        }
    }

    @Override
    public void close() {
        household.close();
        engine.close();
    }

    /** Where files lie in the container: each in a directory of its own, so that equal names do not collide. */
    private static final class InputPaths {
        private final Map<Path, String> paths = new LinkedHashMap<>();

        String of(Path file) {
            return paths.computeIfAbsent(
                    file, added -> RunVolumes.INPUTS + "/inputs/" + paths.size() + "/" + added.getFileName());
        }

        Map<Path, String> all() {
            return paths;
        }
    }
}
