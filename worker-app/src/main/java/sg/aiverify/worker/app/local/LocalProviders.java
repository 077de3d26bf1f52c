package sg.aiverify.worker.app.local;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.stage.StageModule;
import sg.aiverify.worker.stage.WorkerContext;

/** The modules that a run on local files uses instead of the gateway's modules. */
final class LocalProviders {
    private static final String DOWNLOAD = "local_files";
    private static final String UPLOAD = "local_file";
    private static final String ERROR = "local_error";

    private LocalProviders() {}

    static List<ModuleProvider> of(LocalRun run, AlgorithmSource algorithm, LocalDelivery delivery) {
        return List.of(
                new Provider(Stage.DOWNLOAD, DOWNLOAD, context -> new LocalFiles(run, algorithm, context)),
                new Provider(Stage.UPLOAD, UPLOAD, context -> delivery),
                new Provider(Stage.PIPELINE_ERROR, ERROR, context -> delivery));
    }

    /** Returns the settings that select these modules. */
    static Map<String, String> settings() {
        return Map.of(
                Stage.DOWNLOAD.setting().name(), DOWNLOAD,
                Stage.UPLOAD.setting().name(), UPLOAD,
                Stage.PIPELINE_ERROR.setting().name(), ERROR);
    }

    private record Provider(Stage stage, String name, Function<WorkerContext, StageModule> factory)
            implements ModuleProvider {
        @Override
        public StageModule create(WorkerContext context) {
            return factory.apply(context);
        }
    }
}
