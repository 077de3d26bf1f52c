package sg.aiverify.worker.chaos.light;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.testkit.stage.InProcessAlgorithm;

class LightPluginTest {
    @TempDir
    Path directory;

    @Test
    void theJarHoldsBothModulesWithAllTheirClasses() throws IOException {
        LightPlugin.write(directory);
        try (JarFile jar = new JarFile(directory.resolve("light.jar").toFile())) {
            JarEntry services = jar.getJarEntry("META-INF/services/" + ModuleProvider.class.getName());

            assertThat(new String(jar.getInputStream(services).readAllBytes(), StandardCharsets.UTF_8))
                    .hasLineCount(2)
                    .contains(LightAlgorithm.BuildProvider.class.getName())
                    .contains(LightAlgorithm.ExecuteProvider.class.getName());
            // A worker that is installed need not have the testkit on its class path.
            String algorithm = InProcessAlgorithm.class.getName().replace('.', '/');
            assertThat(jar.stream().map(JarEntry::getName))
                    .contains(
                            algorithm + ".class",
                            algorithm + "$Step.class",
                            algorithm + "$Execute.class",
                            algorithm + "$NoEnvironment.class",
                            LightAlgorithm.ExecuteProvider.class.getName().replace('.', '/') + ".class");
        }
    }
}
