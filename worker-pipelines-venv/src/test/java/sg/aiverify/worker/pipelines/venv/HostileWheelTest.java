package sg.aiverify.worker.pipelines.venv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.stage.Execution;
import sg.aiverify.worker.stage.TestInputs;
import sg.aiverify.worker.testkit.machine.Needs;
import sg.aiverify.worker.testkit.python.EngineInterpreter;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyInputs;
import sg.aiverify.worker.testkit.stage.ObservedRun;
import sg.aiverify.worker.testkit.stage.TestWorkerContext;

/** Required packages are as untrusted as the algorithm: none of their code may run outside the sandbox. */
@Tag("slow")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class HostileWheelTest {
    @TempDir
    Path directory;

    private final Map<String, String> variables = new HashMap<>(System.getenv());
    private HostileWheel wheel;
    private TestWorkerContext context;
    private TinyAlgorithm plugin;
    private ObservedRun run;

    @BeforeAll
    static void needsSandbox() throws InterruptedException {
        Needs.sandbox("landlock", "bubblewrap");
    }

    @BeforeEach
    void open() {
        context = TestWorkerContext.open(directory.resolve("data"), Settings.defaults());
        wheel = new HostileWheel(directory, directory.resolve("escaped"));
        wheel.offer(variables);
        plugin = TinyAlgorithm.write(directory, "plugin").requiring(HostileWheel.REQUIREMENT);
        run = new ObservedRun(directory);
    }

    @AfterEach
    void close() {
        run.close();
        context.close();
        assertThat(wheel.escaped()).doesNotExist();
    }

    private JsonObject buildAndRun() throws InterruptedException, IOException {
        Settings settings = Settings.of(
                Map.of("PYTHON", EngineInterpreter.get().executable().toString()));
        VirtualEnvironment environment = ((VirtualEnvBuild) new VirtualEnvBuildProvider()
                        .create(context.withVariables(variables).with(settings)))
                .build(plugin.read(), run);
        assertThat(wheel.escaped()).as("after the installation").doesNotExist();
        TinyInputs files = TinyInputs.write(directory.resolve("inputs"));
        TestInputs inputs = new TestInputs(plugin.read(), files.model(), files.dataset(), null, Map.of());
        Path output = ((VirtualEnvExecute) new VirtualEnvExecuteProvider()
                        .create(context.withVariables(variables).with(settings)))
                .execute(new Execution<>(inputs, environment, new JsonObject()), run)
                .output();
        return JsonParser.parseString(Files.readString(output)).getAsJsonObject();
    }

    @Test
    void aStartUpFileOfAPackageRunsInTheSandboxOnly() throws Exception {
        wheel.write(Map.of("hostile.pth", wheel.startUpLine()));
        plugin.doing("self.results = {'tried': sys.tried}");

        assertThat(buildAndRun().get("tried").getAsBoolean()).isTrue();
    }

    @Test
    void aPackageThatTakesTheEnginesPlaceRunsInTheSandboxOnly() throws Exception {
        wheel.write(Map.of("aiverify_test_engine/__init__.py", "open('%s', 'a')".formatted(wheel.escaped())));

        assertThatThrownBy(this::buildAndRun)
                .isInstanceOf(StageException.class)
                .hasMessageStartingWith("Failed to run algorithm: ")
                .hasMessageContaining("aiverify_test_engine");
    }

    @Test
    void anInterpreterThatAPackageBringsRunsInTheSandboxOnly() throws Exception {
        String python = "#!/bin/sh\necho out >>'%s'\nTRIED=yes exec %s \"$@\"\n"
                .formatted(wheel.escaped(), EngineInterpreter.get().executable());
        wheel.write(Map.of("DATA/scripts/python", python));
        plugin.doing("self.results = {'tried': os.environ['TRIED']}");

        assertThat(buildAndRun().get("tried").getAsString()).isEqualTo("yes");
    }
}
