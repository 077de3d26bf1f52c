package sg.aiverify.worker.pipelines.k8s;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.stage.ExecuteModule;
import sg.aiverify.worker.stage.Execution;
import sg.aiverify.worker.stage.ImageEnvironment;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.task.TaskParser;
import sg.aiverify.worker.testkit.stage.ObservedRun;
import sg.aiverify.worker.testkit.stage.TestWorkerContext;

/** A worker process that a test kills while it has a run. */
final class KilledWorkerMain {
    private KilledWorkerMain() {}

    /**
     * Arguments: the module's name, the data directory, the process's own directory, image, task, the algorithm's body,
     * a file to copy in, and settings.
     */
    @SuppressWarnings("unchecked") // both modules run images
    public static void main(String[] arguments) throws Exception {
        Map<String, String> settings = Arrays.stream(arguments)
                .skip(7)
                .map(text -> text.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
        ModuleProvider provider =
                arguments[0].equals("kubectl_run") ? new KubectlRunProvider() : new KubectlRun2Provider();
        TestWorkerContext context = TestWorkerContext.open(Path.of(arguments[1]), Settings.of(settings));
        ExecuteModule<ImageEnvironment> pipe = (ExecuteModule<ImageEnvironment>) provider.create(context);
        ObservedRun run = new ObservedRun(Path.of(arguments[2]), 1, TaskParser.parse(arguments[4]));
        Execution<ImageEnvironment> execution = TinyExecution.of(
                run.workDirectory(),
                arguments[5],
                new FixedImage(arguments[3]).environment(),
                "{\"d\": \"_dataset_:big\"}",
                Map.of("big", Path.of(arguments[6])));
        while (true) {
            try {
                pipe.execute(execution, run);
                break;
            } catch (ServiceUnavailableException e) {
                Thread.sleep(1000); // as the engine does it
            }
        }
        Thread.sleep(Long.MAX_VALUE); // between execution and upload
    }
}
