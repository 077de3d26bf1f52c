package sg.aiverify.worker.pipelines.docker;

import org.junit.jupiter.api.Assumptions;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.StageException;

/** A real engine; without one, tests are skipped, and fail where the build is strict. */
final class EngineOfTest {
    private EngineOfTest() {}

    static DockerEngine openOrSkip() {
        DockerEngine engine = DockerEngine.open(Settings.defaults());
        try {
            engine.call("answer", () -> engine.client().pingCmd().exec());
            return engine;
        } catch (StageException e) {
            engine.close();
            if (!Boolean.getBoolean("worker.strict")) {
                Assumptions.abort("There is no Docker engine: " + e.getMessage());
            }
            throw e;
        }
    }
}
