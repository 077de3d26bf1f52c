package sg.aiverify.worker.app.local;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import sg.aiverify.worker.pipeline.Pipe;
import sg.aiverify.worker.pipeline.PipeHost;
import sg.aiverify.worker.pipeline.PipeProvider;
import sg.aiverify.worker.pipeline.Stage;

/** The modules that a run on local files uses in place of the gateway's. */
final class LocalProviders {
    private static final String DOWNLOAD = "local_files";
    private static final String UPLOAD = "local_file";
    private static final String ERROR = "local_error";

    private LocalProviders() {}

    static List<PipeProvider> of(LocalRun run, AlgorithmSource algorithm, LocalDelivery delivery) {
        return List.of(
                new Provider(Stage.DOWNLOAD, DOWNLOAD, host -> new LocalFiles(run, algorithm, host)),
                new Provider(Stage.UPLOAD, UPLOAD, host -> delivery),
                new Provider(Stage.PIPELINE_ERROR, ERROR, host -> delivery));
    }

    /** The settings that pick these modules. */
    static Map<String, String> picks() {
        return Map.of(
                Stage.DOWNLOAD.setting().name(), DOWNLOAD,
                Stage.UPLOAD.setting().name(), UPLOAD,
                Stage.PIPELINE_ERROR.setting().name(), ERROR);
    }

    private record Provider(Stage stage, String name, Function<PipeHost, Pipe> factory) implements PipeProvider {
        @Override
        public Pipe create(PipeHost host) {
            return factory.apply(host);
        }
    }
}
