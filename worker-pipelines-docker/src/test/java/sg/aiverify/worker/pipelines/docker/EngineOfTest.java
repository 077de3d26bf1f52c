package sg.aiverify.worker.pipelines.docker;

import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.StageException;

/** A real engine; without one, tests are skipped, and fail where the build is strict. */
final class EngineOfTest {
    private EngineOfTest() {}

    /** Gives the variables by which this process finds its engine, so that tests can be run on any. */
    static Map<String, String> settings() {
        return System.getenv().entrySet().stream()
                .filter(variable -> DockerSettings.ofEngine().stream()
                        .anyMatch(setting -> setting.name().equals(variable.getKey())))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    static DockerEngine openOrSkip() {
        DockerEngine engine = DockerEngine.open(Settings.of(settings()));
        try {
            engine.call("answer", () -> engine.client().pingCmd().exec());
            return engine;
        } catch (StageException e) {
            engine.close();
            throw skipped("There is no Docker engine: " + e.getMessage());
        }
    }

    /** Ends a test that lacks something here: as skipped, or as failed where the build is strict. */
    static RuntimeException skipped(String reason) {
        if (Boolean.getBoolean("worker.strict")) {
            throw new IllegalStateException(reason);
        }
        return Assumptions.abort(reason);
    }
}
