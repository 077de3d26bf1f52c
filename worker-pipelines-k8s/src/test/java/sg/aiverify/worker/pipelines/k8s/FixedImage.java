package sg.aiverify.worker.pipelines.k8s;

import sg.aiverify.worker.algorithm.Algorithm;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.stage.BuildModule;
import sg.aiverify.worker.stage.ImageEnvironment;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.stage.StageModule;
import sg.aiverify.worker.stage.WorkerContext;

/** Uses one image, which the nodes have, for all algorithms. */
record FixedImage(String image) implements ModuleProvider, BuildModule<ImageEnvironment> {
    @Override
    public Stage stage() {
        return Stage.PIPELINE_BUILD;
    }

    @Override
    public String name() {
        return "one_image";
    }

    @Override
    public StageModule create(WorkerContext context) {
        return this;
    }

    @Override
    public Class<ImageEnvironment> environmentType() {
        return ImageEnvironment.class;
    }

    @Override
    public ImageEnvironment build(Algorithm algorithm, RunContext run) {
        return environment();
    }

    ImageEnvironment environment() {
        return new ImageEnvironment(image, image, "python3");
    }
}
