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
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.stage.ModuleProvider;

class PluginClassLoaderTest {
    @TempDir
    Path directory;

    private final ScriptedPipeline scripted = new ScriptedPipeline();

    @Test
    void whatIsInternalToTheWorkerIsHiddenFromJarsInThePluginDirectory() throws Exception {
        assertThatThrownBy(() -> workerWithJarThatUses("new sg.aiverify.worker.run.internal.ResourceStack().close()"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll(
                        "The module short_arguments of the validate_input stage",
                        "failed to start",
                        "The plug-in " + pluginDirectory().resolve("short.jar")
                                + " uses sg.aiverify.worker.run.internal.ResourceStack, which is internal to the worker;"
                                + " docs/pipelines.md lists what modules may use")
                .hasMessageNotContaining("illegal access");
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

    private Path pluginDirectory() throws IOException {
        return Files.createDirectories(directory.resolve("plugins"));
    }

    private Worker.Builder worker(Map<String, String> settings) {
        return scripted.worker(directory.resolve("data"), settings);
    }
}
