package sg.aiverify.worker.plugin.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.DocumentedSample;
import sg.aiverify.worker.ScriptedPipeline;
import sg.aiverify.worker.Worker;
import sg.aiverify.worker.engine.Outcome;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.FailureKind;
import sg.aiverify.worker.stage.ModuleProvider;

class ProviderDiscoveryTest {
    @TempDir
    Path directory;

    private final ScriptedPipeline scripted = new ScriptedPipeline();

    private Path pluginDirectory() throws IOException {
        return Files.createDirectories(directory.resolve("plugins"));
    }

    private Path packSample(String jar) throws IOException {
        Path packed = pluginDirectory().resolve(jar);
        DocumentedSample.from("pipelines.md", "ShortArguments")
                .packTo(packed, ModuleProvider.class.getName(), "example.ShortArguments$Provider");
        return packed;
    }

    private Worker.Builder worker(Map<String, String> settings) {
        return scripted.worker(directory.resolve("data"), settings);
    }

    @Test
    void aModuleFromAJarInThePluginDirectoryTakesPartInARun() throws Exception {
        packSample("short.jar");
        Map<String, String> settings = Map.of(
                "TEWORKER_PLUGIN_DIR", pluginDirectory().toString(),
                "PIPELINE_VALIDATE_INPUT", "short_arguments",
                "SHORT_ARGUMENTS_LONGEST", "20");
        try (Worker worker = worker(settings).build()) {
            Outcome good = worker.run(scripted.task("{\"a\":1}"));
            Outcome bad = worker.run(scripted.task("{\"a\":\"far too long for this module\"}"));

            assertThat(good).isInstanceOf(Outcome.Succeeded.class);
            assertThat(((Outcome.Failed) bad).failure()).satisfies(failure -> {
                assertThat(failure.kind()).isEqualTo(FailureKind.TASK);
                assertThat(failure.text())
                        .isEqualTo("validate_input: The arguments have 36 characters; at most 20 are allowed");
            });
            assertThat(worker.knownSettings())
                    .anyMatch(setting -> setting.name().equals("SHORT_ARGUMENTS_LONGEST"));
        }
    }

    @Test
    void twoModulesOfOneNameAreRefusedNamingBoth() throws Exception {
        packSample("one.jar");
        packSample("two.jar");

        assertThatThrownBy(() -> worker(
                                Map.of("TEWORKER_PLUGIN_DIR", pluginDirectory().toString()))
                        .build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("short_arguments", "validate_input", "one.jar", "two.jar");
    }

    @Test
    void aFileThatIsNoJarIsRefused() throws Exception {
        Files.writeString(pluginDirectory().resolve("junk.jar"), "no zip");

        assertThatThrownBy(() -> worker(
                                Map.of("TEWORKER_PLUGIN_DIR", pluginDirectory().toString()))
                        .build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("junk.jar is not a jar, or is damaged");
    }

    @Test
    void aJarWithoutAModuleIsRefused() throws Exception {
        Path jar = pluginDirectory().resolve("empty.jar");
        DocumentedSample.from("pipelines.md", "ShortArguments").packTo(jar, "some.other.Service", "x");

        assertThatThrownBy(() -> worker(
                                Map.of("TEWORKER_PLUGIN_DIR", pluginDirectory().toString()))
                        .build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("empty.jar", "META-INF/services")
                .hasMessageNotContaining("former");
    }

    @Test
    void theErrorForAFormerServicesFileContainsTheNewName() throws Exception {
        DocumentedSample.from("pipelines.md", "ShortArguments")
                .packTo(
                        pluginDirectory().resolve("old.jar"),
                        "sg.aiverify.worker.pipeline.PipeProvider",
                        "example.ShortArguments$Provider");

        assertThatThrownBy(() -> worker(
                                Map.of("TEWORKER_PLUGIN_DIR", pluginDirectory().toString()))
                        .build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll(
                        "old.jar contains no module: it needs a file META-INF/services/"
                                + ModuleProvider.class.getName(),
                        "it has a file with the former name sg.aiverify.worker.pipeline.PipeProvider: docs/renamed.md");
    }

    @Test
    void everyBrokenJarIsNamedAtOnce() throws Exception {
        Files.writeString(pluginDirectory().resolve("junk.jar"), "no jar at all");
        Files.writeString(pluginDirectory().resolve("more-junk.jar"), "no jar either");

        assertThatThrownBy(() -> worker(
                                Map.of("TEWORKER_PLUGIN_DIR", pluginDirectory().toString()))
                        .build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("/junk.jar", "more-junk.jar");
    }

    @Test
    void aServicesFileThatNamesNoClassIsRefused() throws Exception {
        Path jar = pluginDirectory().resolve("broken.jar");
        DocumentedSample.from("pipelines.md", "ShortArguments")
                .packTo(jar, ModuleProvider.class.getName(), "example.Missing");

        assertThatThrownBy(() -> worker(
                                Map.of("TEWORKER_PLUGIN_DIR", pluginDirectory().toString()))
                        .build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll(
                        "broken.jar", "lists example.Missing, which it does not contain", "Outer$Inner")
                .hasMessageNotContaining(ModuleProvider.class.getName());
    }

    @Test
    void aPluginDirectoryThatIsAbsentIsRefused() {
        Path absent = directory.resolve("absent");
        Map<String, String> settings =
                Map.of("TEWORKER_PLUGIN_DIR", absent.toString(), "PIPELINE_VALIDATE_INPUT", "short_arguments");

        assertThatThrownBy(() -> worker(settings).build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll(absent.toString(), "(the plug-in directory could not be read)");
    }
}
