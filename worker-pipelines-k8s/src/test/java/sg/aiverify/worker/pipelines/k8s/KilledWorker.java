package sg.aiverify.worker.pipelines.k8s;

import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.Map;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.pipeline.Execution;
import sg.aiverify.worker.pipeline.TestInputs;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyInputs;
import sg.aiverify.worker.testkit.stage.ObservedRun;
import sg.aiverify.worker.testkit.stage.StageHost;

/** A worker process that a test kills: its one run copies in, runs or copies out for longer than the test waits. */
final class KilledWorker {
    private KilledWorker() {}

    /** Takes directory, image, kubeconfig, namespace, the algorithm's body and a file to copy in. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        Map<String, String> settings = Map.of(
                "KUBECTL_REGISTRY", "",
                "KUBECTL_MEMORY_REQUEST", "64Mi",
                "KUBECTL_CPU_REQUEST", "50m",
                "KUBECTL_RUN_EXTRA_ARGS",
                        "--image-pull-policy=IfNotPresent --kubeconfig=" + arguments[2] + " --namespace="
                                + arguments[3]);
        StageHost host = StageHost.open(directory.resolve("data"), Settings.of(settings));
        KubectlRun pipe = (KubectlRun) new KubectlRunProvider().create(host);
        ObservedRun run = new ObservedRun(directory);
        TinyInputs files = TinyInputs.write(directory.resolve("inputs"));
        TestInputs inputs = new TestInputs(
                TinyAlgorithm.write(directory, "tiny").doing(arguments[4]).read(),
                files.model(),
                files.dataset(),
                null,
                Map.of("big", Path.of(arguments[5])));
        pipe.execute(
                new Execution<>(
                        inputs,
                        new OneImage(arguments[1]).environment(),
                        JsonParser.parseString("{\"d\": \"_dataset_:big\"}").getAsJsonObject()),
                run);
    }
}
