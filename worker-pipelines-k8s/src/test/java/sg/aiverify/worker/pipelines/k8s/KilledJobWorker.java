package sg.aiverify.worker.pipelines.k8s;

import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ServiceAwayException;
import sg.aiverify.worker.pipeline.Execution;
import sg.aiverify.worker.pipeline.ImageEnvironment;
import sg.aiverify.worker.pipeline.TestInputs;
import sg.aiverify.worker.task.TaskParser;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyInputs;
import sg.aiverify.worker.testkit.stage.ObservedRun;
import sg.aiverify.worker.testkit.stage.StageHost;

/** A worker process that a test kills while it has a run of kubectl_run2. */
final class KilledJobWorker {
    private KilledJobWorker() {}

    /** Takes the data directory, one of its own, image, task, the algorithm's body, a file to copy in, settings. */
    public static void main(String[] arguments) throws Exception {
        Path own = Path.of(arguments[1]);
        Map<String, String> settings = Arrays.stream(arguments)
                .skip(6)
                .map(text -> text.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
        StageHost host = StageHost.open(Path.of(arguments[0]), Settings.of(settings));
        KubectlRun2 pipe = (KubectlRun2) new KubectlRun2Provider().create(host);
        ObservedRun run = new ObservedRun(own, 1, TaskParser.parse(arguments[3]));
        TinyInputs files = TinyInputs.write(run.workDirectory().resolve("inputs"));
        TestInputs inputs = new TestInputs(
                TinyAlgorithm.write(run.workDirectory(), "tiny")
                        .doing(arguments[4])
                        .read(),
                files.model(),
                files.dataset(),
                null,
                Map.of("big", Path.of(arguments[5])));
        Execution<ImageEnvironment> execution = new Execution<>(
                inputs,
                new OneImage(arguments[2]).environment(),
                JsonParser.parseString("{\"d\": \"_dataset_:big\"}").getAsJsonObject());
        while (true) {
            try {
                pipe.execute(execution, run);
                break;
            } catch (ServiceAwayException e) {
                Thread.sleep(1000); // as the engine does it
            }
        }
        Thread.sleep(Long.MAX_VALUE); // between execution and upload
    }
}
