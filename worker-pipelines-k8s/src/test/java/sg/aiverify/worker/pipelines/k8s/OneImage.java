package sg.aiverify.worker.pipelines.k8s;

import sg.aiverify.worker.algorithm.Algorithm;
import sg.aiverify.worker.pipeline.BuildPipe;
import sg.aiverify.worker.pipeline.ImageEnvironment;
import sg.aiverify.worker.pipeline.Pipe;
import sg.aiverify.worker.pipeline.PipeHost;
import sg.aiverify.worker.pipeline.PipeProvider;
import sg.aiverify.worker.pipeline.Stage;
import sg.aiverify.worker.run.RunContext;

/** Takes one image, which the nodes have, for all algorithms. */
record OneImage(String image) implements PipeProvider, BuildPipe<ImageEnvironment> {
    @Override
    public Stage stage() {
        return Stage.PIPELINE_BUILD;
    }

    @Override
    public String name() {
        return "one_image";
    }

    @Override
    public Pipe create(PipeHost host) {
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
