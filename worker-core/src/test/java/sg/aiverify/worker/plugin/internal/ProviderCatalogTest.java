package sg.aiverify.worker.plugin.internal;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.ScriptedPipeline;
import sg.aiverify.worker.Worker;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.stage.Stage;

class ProviderCatalogTest {
    @TempDir
    Path directory;

    private final ScriptedPipeline scripted = new ScriptedPipeline();

    private Worker.Builder worker(Map<String, String> settings) {
        return scripted.worker(directory.resolve("data"), settings);
    }

    @Test
    void anUnknownModuleIsRefusedWithTheListOfWhatIsThere() {
        assertThatThrownBy(() -> worker(Map.of("PIPELINE_EXECUTE", "teleport")).build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("PIPELINE_EXECUTE=teleport", "pipeline_execute", "; there is: scripted");
        assertThatThrownBy(() -> worker(Map.of("PIPELINE_EXECUTE", "scriptd")).build())
                .hasMessageContaining("pipeline_execute; did you mean scripted? There is: scripted");
    }

    @Test
    void everyUnknownModuleIsNamedAtOnce() {
        assertThatThrownBy(() -> worker(Map.of("PIPELINE_EXECUTE", "teleport", "PIPELINE_UPLOAD", "pigeon"))
                        .build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("teleport", "pigeon");
    }

    @Test
    void wrongValuesAndUnknownModulesAreListedTogether() {
        assertThatThrownBy(() -> worker(Map.of("PIPELINE_EXECUTE", "teleport", "TEWORKER_MAX_ATTEMPTS", "many"))
                        .build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("teleport", "TEWORKER_MAX_ATTEMPTS='many'");
    }

    @Test
    void anExecuteModuleThatTakesAnotherEnvironmentIsRefused() {
        assertThatThrownBy(() -> worker(Map.of())
                        .provider(scripted.foreignExecute("other_execute"))
                        .settings(scripted.settings(
                                directory.resolve("data"),
                                Map.of(Stage.PIPELINE_EXECUTE.setting().name(), "other_execute")))
                        .build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("PIPELINE_BUILD", "PIPELINE_EXECUTE", "do not fit");
    }
}
