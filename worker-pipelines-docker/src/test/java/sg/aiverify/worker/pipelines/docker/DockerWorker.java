package sg.aiverify.worker.pipelines.docker;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.pipelines.docker.internal.engine.DockerEngine;
import sg.aiverify.worker.pipelines.docker.internal.engine.Labels;
import sg.aiverify.worker.pipelines.docker.machine.AvailableEngine;
import sg.aiverify.worker.run.WarmRuntimes;
import sg.aiverify.worker.stage.AlgorithmOutput;
import sg.aiverify.worker.stage.Execution;
import sg.aiverify.worker.stage.ImageEnvironment;
import sg.aiverify.worker.stage.TestInputs;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyInputs;
import sg.aiverify.worker.testkit.stage.ObservedRun;
import sg.aiverify.worker.testkit.stage.TestWorkerContext;

/** Both Docker modules, as in a worker, without pre-started containers. */
final class DockerWorker implements AutoCloseable {
    private final Path directory;
    private final TestWorkerContext context;
    private final DockerBuild build;
    private final DockerRun execute;

    DockerWorker(Path directory, Map<String, String> settings) {
        this.directory = directory;
        Map<String, String> all = new HashMap<>(
                Map.of("WORKER_BASE_IMAGE", AvailableEngine.BASE_IMAGE, WarmRuntimes.SETTING.name(), "off"));
        all.putAll(settings);
        this.context = TestWorkerContext.open(directory.resolve("data"), Settings.of(all));
        this.build = (DockerBuild) new DockerBuildProvider().create(context);
        this.execute = (DockerRun) new DockerRunProvider().create(context);
    }

    TestInputs inputs(String cid, String body) {
        return inputs(TinyAlgorithm.write(directory, cid).doing(body));
    }

    TestInputs inputs(TinyAlgorithm algorithm) {
        TinyInputs files = TinyInputs.write(directory.resolve("inputs"));
        return new TestInputs(algorithm.read(), files.model(), files.dataset(), null, Map.of());
    }

    ImageEnvironment build(TestInputs inputs, ObservedRun run) throws InterruptedException {
        return build.build(inputs.algorithm(), run);
    }

    AlgorithmOutput execute(TestInputs inputs, ImageEnvironment image, ObservedRun run) throws InterruptedException {
        return execute.execute(new Execution<>(inputs, image, new JsonObject()), run);
    }

    /** Executes a run in both stages. */
    AlgorithmOutput run(TestInputs inputs, ObservedRun run) throws InterruptedException {
        return execute(inputs, build(inputs, run), run);
    }

    /** Lists the containers and volumes of runs at an engine. */
    static List<String> remains(DockerEngine engine) {
        List<String> remains = new ArrayList<>();
        engine.client().listContainersCmd().withShowAll(true).withLabelFilter(List.of(Labels.KIND)).exec().stream()
                .filter(container ->
                        !Labels.LIVENESS.equals(container.getLabels().get(Labels.KIND)))
                .forEach(container -> remains.add("container " + container.getId()));
        engine.client()
                .listVolumesCmd()
                .withFilter("label", List.of(Labels.KIND))
                .exec()
                .getVolumes()
                .forEach(volume -> remains.add("volume " + volume.getName()));
        return remains;
    }

    @Override
    public void close() {
        execute.close();
        build.close();
        context.close();
    }
}
