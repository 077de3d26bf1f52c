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
import sg.aiverify.worker.stage.Stage;

class ProviderCatalogTest {
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
                        .isEqualTo("validate_input: The arguments have 36 characters; allowed are 20");
            });
            assertThat(worker.knownSettings())
                    .anyMatch(setting -> setting.name().equals("SHORT_ARGUMENTS_LONGEST"));
        }
    }

    @Test
    void whatIsInternalToTheWorkerIsHiddenFromJarsInThePluginDirectory() throws Exception {
        assertThatThrownBy(() -> workerWithJarThatUses("new sg.aiverify.worker.run.internal.ResourceStack().close()"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll(
                        "The module short_arguments of the stage validate_input",
                        "failed to start",
                        "The plug-in " + pluginDirectory().resolve("short.jar")
                                + " uses sg.aiverify.worker.run.internal.ResourceStack, which is internal to the worker;"
                                + " what modules may use is listed in docs/pipelines.md");
        assertThatThrownBy(() -> workerWithJarThatUses("sg.aiverify.worker.engine.Engine.class.getName()"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("uses sg.aiverify.worker.engine.Engine, which is internal to the worker");
        workerWithJarThatUses("sg.aiverify.worker.files.RunFile.class.getName()");
    }

    private void workerWithJarThatUses(String expression) throws Exception {
        DocumentedSample sample = DocumentedSample.from("pipelines.md", "ShortArguments");
        String create = "return new ShortArguments(";
        assertThat(sample.code()).contains(create);
        new DocumentedSample(sample.name(), sample.code().replace(create, expression + ";\n" + create))
                .packTo(
                        pluginDirectory().resolve("short.jar"),
                        ModuleProvider.class.getName(),
                        "example.ShortArguments$Provider");
        worker(Map.of(
                        "TEWORKER_PLUGIN_DIR",
                        pluginDirectory().toString(),
                        "PIPELINE_VALIDATE_INPUT",
                        "short_arguments"))
                .build()
                .close();
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
    void aFileThatIsNoJarIsRefused() throws Exception {
        Files.writeString(pluginDirectory().resolve("junk.jar"), "no zip");

        assertThatThrownBy(() -> worker(
                                Map.of("TEWORKER_PLUGIN_DIR", pluginDirectory().toString()))
                        .build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("junk.jar is no jar, or is damaged");
    }

    @Test
    void aJarWithoutAModuleIsRefused() throws Exception {
        Path jar = pluginDirectory().resolve("empty.jar");
        DocumentedSample.from("pipelines.md", "ShortArguments").packTo(jar, "some.other.Service", "x");

        assertThatThrownBy(() -> worker(
                                Map.of("TEWORKER_PLUGIN_DIR", pluginDirectory().toString()))
                        .build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("empty.jar", "META-INF/services");
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
                .hasMessageContainingAll("broken.jar", "names example.Missing, which it does not hold", "Outer$Inner")
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
