package sg.aiverify.worker.plugin.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.ScriptedPipeline;
import sg.aiverify.worker.Worker;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.stage.StageModule;
import sg.aiverify.worker.stage.WorkerContext;

class ProviderCatalogTest {
    @TempDir
    Path directory;

    private final ScriptedPipeline scripted = new ScriptedPipeline();

    private Worker.Builder worker(Map<String, String> settings) {
        return scripted.worker(directory.resolve("data"), settings);
    }

    private record Named(Stage stage, String name, String version) implements ModuleProvider {
        @Override
        public StageModule create(WorkerContext context) {
            throw new AssertionError("only named");
        }
    }

    @Test
    void modulesOfOneVersionAndJarAreNamedWithTheseOnce() {
        ProviderCatalog catalog = new ProviderCatalog();
        for (Stage stage : Stage.values()) {
            String name = Settings.defaults().get(stage.setting());
            boolean built = stage == Stage.PIPELINE_BUILD || stage == Stage.PIPELINE_EXECUTE;
            catalog.add(new Named(stage, name, built ? "" : "1.0"), built ? "other.jar" : "core.jar");
        }

        assertThat(catalog.picked(Settings.defaults()))
                .isEqualTo("download=apigw_download, validate_input=validate_input, upload=apigw_upload,"
                        + " pipeline_error=apigw_error_update (1.0, core.jar); pipeline_build=virtual_env,"
                        + " pipeline_execute=virtual_env_execute (other.jar)");
    }

    @Test
    void anUnknownModuleIsRefusedWithTheListOfWhatIsThere() {
        assertThatThrownBy(() -> worker(Map.of("PIPELINE_EXECUTE", "teleport")).build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("PIPELINE_EXECUTE=teleport", "pipeline_execute", "; available: scripted");
        assertThatThrownBy(() -> worker(Map.of("PIPELINE_EXECUTE", "scriptd")).build())
                .hasMessageContaining("with this name; did you mean scripted? Available: scripted");
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
                        .provider(scripted.mismatchedExecute("other_execute"))
                        .settings(scripted.settings(
                                directory.resolve("data"),
                                Map.of(Stage.PIPELINE_EXECUTE.setting().name(), "other_execute")))
                        .build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("PIPELINE_BUILD", "PIPELINE_EXECUTE", "do not match");
    }
}
