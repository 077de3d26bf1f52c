package sg.aiverify.worker.pipelines.venv;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.stage.Execution;
import sg.aiverify.worker.stage.TestInputs;
import sg.aiverify.worker.testkit.machine.Needs;
import sg.aiverify.worker.testkit.python.EngineInterpreter;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyInputs;
import sg.aiverify.worker.testkit.stage.ObservedRun;
import sg.aiverify.worker.testkit.stage.TestWorkerContext;

/** Runs that require the same packages share an environment, and nothing else. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class SharedEnvironmentTest {
    private static final String POISON = """
            import hostile
            self.results = {'value': hostile.VALUE}
            package = Path(hostile.__file__)
            for action in (lambda: os.chmod(package, 0o777), lambda: package.write_text("VALUE = 'poisoned'"),
                           lambda: package.unlink(), lambda: package.write_text("VALUE = 'replaced'"),
                           lambda: package.with_name('json.py').write_text('raise SystemExit(3)')):
                try:
                    action()
                except OSError:
                    pass
            """;

    @TempDir
    Path directory;

    private final Map<String, String> variables = new HashMap<>(System.getenv());
    private TestWorkerContext context;

    @BeforeEach
    void open() throws Exception {
        context = TestWorkerContext.open(directory.resolve("data"), Settings.defaults());
        HostileWheel wheel = new HostileWheel(directory, directory.resolve("escaped"));
        wheel.offer(variables);
        wheel.write(Map.of("hostile.py", "VALUE = 'sound'\n"));
    }

    @AfterEach
    void close() {
        context.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "landlock-alone", "bubblewrap", "landlock"})
    void anEnvironmentThatARunChangedIsRebuiltForTheNext(String sandbox) throws Exception {
        Needs.sandbox(sandbox);
        Settings settings = Settings.of(
                Map.of("PYTHON", EngineInterpreter.get().executable().toString(), "TEWORKER_SANDBOX", sandbox));
        VirtualEnvBuild build = (VirtualEnvBuild) new VirtualEnvBuildProvider()
                .create(context.withVariables(variables).with(settings));
        VirtualEnvExecute execute = (VirtualEnvExecute) new VirtualEnvExecuteProvider()
                .create(context.withVariables(variables).with(settings));

        assertThat(run("first", POISON, build, execute)).isEqualTo("sound");
        assertThat(run("second", POISON, build, execute)).isEqualTo("sound");
    }

    private String run(String cid, String body, VirtualEnvBuild build, VirtualEnvExecute execute)
            throws InterruptedException, IOException {
        TinyAlgorithm algorithm = TinyAlgorithm.write(directory, cid)
                .requiring(HostileWheel.REQUIREMENT)
                .doing(body);
        TinyInputs files = TinyInputs.write(directory.resolve("inputs"));
        TestInputs inputs = new TestInputs(algorithm.read(), files.model(), files.dataset(), null, Map.of());
        try (ObservedRun run = new ObservedRun(directory)) {
            VirtualEnvironment environment = build.build(algorithm.read(), run);
            Path output = execute.execute(new Execution<>(inputs, environment, new JsonObject()), run)
                    .output();
            return JsonParser.parseString(Files.readString(output))
                    .getAsJsonObject()
                    .get("value")
                    .getAsString();
        }
    }
}
