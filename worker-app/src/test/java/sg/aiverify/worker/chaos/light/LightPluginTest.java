package sg.aiverify.worker.chaos.light;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.plugin.internal.ProviderCatalog;
import sg.aiverify.worker.plugin.internal.ProviderDiscovery;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.testkit.stage.InProcessAlgorithm;

class LightPluginTest {
    @TempDir
    Path directory;

    @Test
    void aWorkerFindsBothModulesInTheJarWithAllTheirClasses() throws IOException {
        Map<String, String> settings = LightPlugin.write(directory);
        try (ProviderDiscovery discovery = new ProviderDiscovery();
                JarFile jar = new JarFile(directory.resolve("light.jar").toFile())) {
            ProviderCatalog catalog = new ProviderCatalog();
            discovery.addJars(directory, catalog);

            assertThat(discovery.plugIns()).singleElement().asString().contains(InProcessAlgorithm.NAME);
            assertThat(catalog.unknownModules(Settings.of(settings)))
                    .doesNotContainKeys(Stage.PIPELINE_BUILD, Stage.PIPELINE_EXECUTE);
            // A worker that is installed has no testkit on its class path.
            assertThat(jar.stream().map(JarEntry::getName))
                    .contains(
                            InProcessAlgorithm.class.getName().replace('.', '/') + ".class",
                            InProcessAlgorithm.Step.class.getName().replace('.', '/') + ".class",
                            InProcessAlgorithm.class.getName().replace('.', '/') + "$Execute.class",
                            InProcessAlgorithm.class.getName().replace('.', '/') + "$NoEnvironment.class");
        }
    }
}
