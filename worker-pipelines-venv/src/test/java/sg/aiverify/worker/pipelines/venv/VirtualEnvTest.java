package sg.aiverify.worker.pipelines.venv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.RunNote;
import sg.aiverify.worker.stage.AlgorithmOutput;
import sg.aiverify.worker.stage.Execution;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.stage.TestInputs;
import sg.aiverify.worker.testkit.python.EngineInterpreter;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyInputs;
import sg.aiverify.worker.testkit.stage.ObservedRun;
import sg.aiverify.worker.testkit.stage.TestWorkerContext;

@Timeout(value = 10, unit = TimeUnit.MINUTES)
class VirtualEnvTest {

    @TempDir
    Path directory;

    private final Map<String, String> settings = new HashMap<>();
    private final Map<String, String> variables = new HashMap<>(System.getenv());
    private TestWorkerContext context;
    private TinyAlgorithm plugin;
    private ObservedRun run;

    @BeforeEach
    void open() throws InterruptedException {
        settings.put("PYTHON", EngineInterpreter.get().executable().toString());
        context = TestWorkerContext.open(directory.resolve("data"), Settings.defaults());
        plugin = TinyAlgorithm.write(directory, "plugin");
        run = new ObservedRun(directory);
    }

    @AfterEach
    void close() {
        run.close();
        context.close();
    }

    private VirtualEnvBuild builder() {
        return (VirtualEnvBuild) new VirtualEnvBuildProvider()
                .create(context.withVariables(variables).with(Settings.of(settings)));
    }

    private VirtualEnvironment build(ObservedRun run) throws InterruptedException {
        return builder().build(plugin.read(), run);
    }

    private JsonObject execute(VirtualEnvironment environment) throws InterruptedException, IOException {
        VirtualEnvExecute pipe = (VirtualEnvExecute) new VirtualEnvExecuteProvider()
                .create(context.withVariables(variables).with(Settings.of(settings)));
        TinyInputs files = TinyInputs.write(directory.resolve("inputs"));
        TestInputs inputs = new TestInputs(plugin.read(), files.model(), files.dataset(), null, Map.of());
        AlgorithmOutput output = pipe.execute(new Execution<>(inputs, environment, new JsonObject()), run);
        return JsonParser.parseString(Files.readString(output.output())).getAsJsonObject();
    }

    private long environments() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("data"))) {
            return files.filter(file -> file.endsWith("pyvenv.cfg")).count();
        }
    }

    @Test
    void isFoundByItsNames() {
        Set<String> names = Set.copyOf(ServiceLoader.load(ModuleProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .map(provider -> provider.stage().wireName() + "/" + provider.name())
                .toList());
        assertThat(names).contains("pipeline_build/virtual_env", "pipeline_execute/virtual_env_execute");
    }

    @Test
    void installsNothingWhereTheInterpreterHasEverything() throws Exception {
        plugin.requiring("numpy>=1.20", "AIVERIFY_test.engine>=2.2", "tomli; python_version < '3'");
        VirtualEnvironment environment = build(run);
        assertThat(environment.executable()).isEqualTo(EngineInterpreter.get().executable());
        assertThat(environment.description()).contains("nothing to install");
        assertThat(run.notes()).isEmpty();
        assertThat(environments()).isZero();
    }

    @Test
    void installsOnlyWhatIsMissing() throws Exception {
        plugin.requiring("pyfiglet==1.0.2", "numpy>=1.20");
        plugin.doing("""
                import numpy, pyfiglet
                self.results = {"new": pyfiglet.__file__, "old": numpy.__file__, "prefix": sys.prefix,
                                 "script": subprocess.run(["pyfiglet", "hi"]).returncode}
                """);
        VirtualEnvironment environment = build(run);
        JsonObject seen = execute(environment);
        String prefix = environment.executable().getParent().getParent().toString();
        assertThat(seen.get("new").getAsString()).startsWith(prefix);
        assertThat(seen.get("prefix").getAsString()).isEqualTo(prefix);
        assertThat(seen.get("old").getAsString())
                .startsWith(EngineInterpreter.get().prefix().toString());
        assertThat(seen.get("script").getAsInt()).isZero();
        assertThat(environments()).isEqualTo(1);
    }

    @Test
    void putsAnotherVersionBeforeThatOfTheInterpreter() throws Exception {
        String there = EngineInterpreter.get().distributions().get("six");
        String other = "1.15.0".equals(there) ? "1.16.0" : "1.15.0";
        plugin.requiring("six==" + other);
        plugin.doing("import six\nself.results = {'version': six.__version__}");
        assertThat(execute(build(run)).get("version").getAsString()).isEqualTo(other);
        assertThat(EngineInterpreter.get().distributions().get("six")).isEqualTo(there);
    }

    @Test
    void buildsOneEnvironmentForTheSameRequirements() throws Exception {
        VirtualEnvBuild builder = builder();
        List<CompletableFuture<Path>> builds = IntStream.range(0, 4)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> {
                    TinyAlgorithm own = TinyAlgorithm.write(directory, "plugin" + i);
                    own.requiring(
                            i % 2 == 0
                                    ? new String[] {"numpy", "pyfiglet==1.0.2"}
                                    : new String[] {"pyfiglet == 1.0.2", "numpy"});
                    try {
                        return builder.build(own.read(), run).executable();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }))
                .toList();
        assertThat(builds.stream().map(CompletableFuture::join).distinct()).hasSize(1);
        assertThat(run.notes()).singleElement().satisfies(note -> {
            assertThat(note.kind()).isEqualTo(RunNote.Kind.STEP);
            assertThat(note.text()).matches("Building an environment with .*numpy, pyfiglet==1\\.0\\.2");
        });
        assertThat(environments()).isEqualTo(1);
    }

    @Tag("slow")
    @Test
    void takesTheEngineFromTheIndexWhereTheInterpreterHasNone() throws Exception {
        settings.put("PYTHON", EngineInterpreter.bare(directory.resolve("bare")).toString());
        plugin.doing("self.results = {'prefix': sys.prefix}");
        VirtualEnvironment environment = build(run);
        assertThat(execute(environment).get("prefix").getAsString())
                .isEqualTo(environment.executable().getParent().getParent().toString());
    }

    @Tag("slow")
    @Test
    void installsWithUvWhereThereIsUvAndNothingElse() throws Exception {
        Path tools = directory.resolve("tools");
        EngineInterpreter.run(directory, """
                import subprocess, sys
                subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--target", "tools", "uv>=0.11.15"], check=True)
                """);
        variables.merge("PATH", tools.resolve("bin") + ":", (path, first) -> first + path);
        settings.put("PYTHON", EngineInterpreter.bare(directory.resolve("bare")).toString());
        HostileWheel wheel = new HostileWheel(directory, directory.resolve("escaped"));
        wheel.offer(variables);
        wheel.write(Map.of("hostile.pth", wheel.startUpLine()));
        plugin.requiring(HostileWheel.REQUIREMENT);
        VirtualEnvironment environment = build(run);
        Path installed = environment.executable().getParent().getParent();
        try (Stream<Path> files = Files.find(installed, 6, (file, is) -> file.endsWith("INSTALLER"))) {
            assertThat(files).isNotEmpty().allSatisfy(file -> assertThat(file).hasContent("uv"));
        }
        try (Stream<Path> files = Files.find(
                installed, 6, (file, is) -> file.getFileName().toString().matches("six\\..*\\.pyc"))) {
            assertThat(files).as("compiled once, for all runs").isNotEmpty();
        }
        assertThat(wheel.escaped()).doesNotExist();
        ObservedRun second = new ObservedRun(directory);
        plugin.requiring("six==99.99.99");
        assertThatThrownBy(() -> build(second))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("uv ended with exit code 1")
                .hasMessageContaining("99.99.99");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "six==99.99.99 | 99.99.99",
                "six @ https://example.org/six.whl | names an address",
                "six @ file:///etc/passwd | names an address",
                "./local | is wrong",
                "-r /etc/passwd | is wrong",
                "--index-url=https://example.org | is wrong",
            })
    void refusesRequirementsThatCannotBeMet(String requirement, String reason) {
        plugin.requiring(requirement);
        assertThatThrownBy(() -> build(run))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageStartingWith("Failed to build virtual environment: ")
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[project]\\nname='x'\\ndynamic=['dependencies'] | declares its dependencies as dynamic",
                "[project]\\nrequires-python='>=3.13' | requires Python >=3.13",
                "[project]\\ndependencies='numpy' | must be a list of texts",
                "[project | cannot be read",
                "\uFEFF[project]\\ndynamic=['dependencies'] | declares its dependencies as dynamic",
                "[project]\\nname='x'\\nrequires-python=3 | pyproject.toml cannot be parsed",
                "tool=3 | pyproject.toml cannot be parsed",
                "[tool.poetry]\\n[tool.poetry.dependencies]\\ntinydb='*' | for Poetry only",
            })
    void saysWhatIsWrongWithAProject(String content, String reason) {
        plugin.file("pyproject.toml", content.replace("\\n", "\n"));
        assertThatThrownBy(() -> build(run))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void namesAProjectInUtf16() throws IOException {
        Files.write(directory.resolve("plugin/pyproject.toml"), "[project]".getBytes(StandardCharsets.UTF_16));
        assertThatThrownBy(() -> build(run))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("pyproject.toml is in UTF-16; allowed: UTF-8");
    }

    @Test
    void refusesAProjectThatWouldFillTheMemory() {
        plugin.file("pyproject.toml", "#".repeat(262_145));
        assertThatThrownBy(() -> build(run))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("pyproject.toml has 262145 bytes, at most 262144 are allowed");
    }

    @Test
    void asksForAProjectWhereThereIsNone() throws IOException {
        Files.delete(directory.resolve("plugin/pyproject.toml"));
        assertThatThrownBy(() -> build(run))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("pyproject.toml is missing");
    }

    @Test
    void treatsAnUnreachableIndexAsATemporaryFailure() throws IOException {
        variables.put("PIP_INDEX_URL", "http://127.0.0.1:1/simple");
        variables.put("PIP_RETRIES", "0");
        variables.remove("PIP_FIND_LINKS");
        plugin.requiring("pyfiglet==1.0.2");
        assertThatThrownBy(() -> build(run))
                .isExactlyInstanceOf(InfrastructureException.class)
                .hasMessageStartingWith("Failed to build virtual environment: ")
                .hasMessageContaining("onnection");
        assertThat(environments()).isZero();
    }

    @Test
    void refusesSourceDistributionsUnlessTheyAreAllowed() {
        plugin.requiring("docopt==0.6.2");
        assertThatThrownBy(() -> build(run))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("docopt");
    }

    @Test
    void stopsTheInstallerOnCancel() throws Exception {
        try (java.net.ServerSocket silent =
                new java.net.ServerSocket(0, 5, java.net.InetAddress.getLoopbackAddress())) {
            variables.put("PIP_INDEX_URL", "http://127.0.0.1:" + silent.getLocalPort() + "/simple");
            variables.put("PIP_NO_CACHE_DIR", "1");
            plugin.requiring("pyfiglet==1.0.2");
            CompletableFuture<Void> build = CompletableFuture.runAsync(
                    () -> assertThatThrownBy(() -> build(run)).isInstanceOf(RunCancelledException.class));
            try (java.net.Socket asked = silent.accept()) {
                assertThat(asked.isConnected()).isTrue();
                run.cancellation().cancel(CancelReason.CANCELLED);
                build.get(60, TimeUnit.SECONDS);
            }
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> environments() == 0);
    }

    @Test
    void refusesToStartWithAnInterpreterThatCannotWork() {
        settings.put("PYTHON", "/nowhere/python");
        assertThatThrownBy(this::builder)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("PYTHON=/nowhere/python: no such file");
    }
}
